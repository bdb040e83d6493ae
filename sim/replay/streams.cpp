#include "sim/replay/streams.hpp"

#include <algorithm>
#include <map>
#include <queue>
#include <tuple>
#include <unordered_map>

#include "sim/base/error.hpp"

namespace sim::replay {
namespace {

using chakra::Node;
using chakra::NodeType;
using chakra::Trace;

std::vector<std::vector<std::uint32_t>> dependencies_of(const Trace& trace) {
  std::unordered_map<std::uint64_t, std::uint32_t> index;
  for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) index.emplace(trace.nodes[i].id, i);
  std::vector<std::vector<std::uint32_t>> after(trace.nodes.size());
  for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) {
    for (const std::uint64_t id : trace.nodes[i].control_deps) after[i].push_back(index.at(id));
    for (const std::uint64_t id : trace.nodes[i].data_deps) after[i].push_back(index.at(id));
    std::sort(after[i].begin(), after[i].end());
    after[i].erase(std::unique(after[i].begin(), after[i].end()), after[i].end());
  }
  return after;
}

[[noreturn]] void refuse_circle(const Trace& trace, const std::vector<std::uint32_t>& missing) {
  constexpr std::size_t kMostNamed = 4;
  std::string text;
  std::size_t count = 0;
  for (std::uint32_t node = 0; node < missing.size(); ++node) {
    if (missing[node] == 0) continue;
    if (++count <= kMostNamed) text += "\n    " + node_name(trace, node);
  }
  throw InputError(trace.file + ": " + std::to_string(count) +
                   " nodes never run: their dependencies form a circle, or follow one. The first:" + text);
}

// All nodes, by ascending id as far as dependencies allow.
std::vector<std::uint32_t> order_of(const Trace& trace, const std::vector<std::vector<std::uint32_t>>& after) {
  const std::size_t count = trace.nodes.size();
  std::vector<std::uint32_t> missing(count), first(count + 1, 0), child;
  for (const std::vector<std::uint32_t>& deps : after) {
    for (const std::uint32_t dep : deps) ++first[dep + 1];
  }
  for (std::size_t i = 0; i < count; ++i) first[i + 1] += first[i];
  child.resize(first.back());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  using Entry = std::pair<std::uint64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
  for (std::uint32_t i = 0; i < count; ++i) {
    missing[i] = static_cast<std::uint32_t>(after[i].size());
    for (const std::uint32_t dep : after[i]) child[next[dep]++] = i;
    if (missing[i] == 0) ready.emplace(trace.nodes[i].id, i);
  }
  std::vector<std::uint32_t> order;
  while (!ready.empty()) {
    const std::uint32_t node = ready.top().second;
    ready.pop();
    order.push_back(node);
    for (std::uint32_t i = first[node]; i < first[node + 1]; ++i) {
      if (--missing[child[i]] == 0) ready.emplace(trace.nodes[child[i]].id, child[i]);
    }
  }
  if (order.size() < count) refuse_circle(trace, missing);
  return order;
}

StreamKind kind_of(const Node& node) {
  switch (node.type) {
    case NodeType::compute:
      return node.is_on_cpu ? StreamKind::host : StreamKind::compute;
    case NodeType::memory_load:
      return StreamKind::load;
    case NodeType::memory_store:
      return StreamKind::store;
    case NodeType::collective:
      return StreamKind::collective;
    case NodeType::send:
      return StreamKind::send;
    case NodeType::receive:
      return StreamKind::receive;
    default:
      return StreamKind::mark;
  }
}

Stream stream_for(const Node& node) {
  Stream stream{kind_of(node), {}, 0, {}};
  const bool meets = stream.kind >= StreamKind::collective;
  if (meets) stream.group = node.group;
  if (stream.kind == StreamKind::send) stream.peer = static_cast<std::uint32_t>(*node.target);
  if (stream.kind == StreamKind::receive) stream.peer = static_cast<std::uint32_t>(*node.source);
  return stream;
}

}  // namespace

std::string node_name(const Trace& trace, std::uint32_t node) {
  const Node& named = trace.nodes[node];
  const std::string name = named.name.empty() ? "" : " \"" + named.name.substr(0, 80) + "\"";
  return "rank " + std::to_string(trace.rank) + ", node " + std::to_string(named.id) + name;
}

RankStreams divide(const Trace& trace) {
  RankStreams rank;
  rank.after = dependencies_of(trace);
  rank.stream_of.resize(trace.nodes.size());
  rank.place_of.resize(trace.nodes.size());
  rank.streams.push_back({StreamKind::compute, {}, 0, {}});
  std::map<std::tuple<StreamKind, std::string, std::uint32_t>, std::uint32_t> known{{{StreamKind::compute, "", 0}, 0}};
  for (const std::uint32_t node : order_of(trace, rank.after)) {
    Stream stream = stream_for(trace.nodes[node]);
    const auto next = static_cast<std::uint32_t>(rank.streams.size());
    const auto [place, is_new] = known.try_emplace({stream.kind, stream.group, stream.peer}, next);
    if (is_new) rank.streams.push_back(std::move(stream));
    std::vector<std::uint32_t>& nodes = rank.streams[place->second].nodes;
    nodes.push_back(node);
    rank.stream_of[node] = place->second;
    rank.place_of[node] = static_cast<std::uint32_t>(nodes.size());
  }
  if (rank.streams.size() > kMostStreams) {
    throw InputError(trace.file + ": " + std::to_string(rank.streams.size()) +
                     " process groups and partners of messages; at most " + std::to_string(kMostStreams) +
                     " can be followed on a rank");
  }
  return rank;
}

}  // namespace sim::replay
