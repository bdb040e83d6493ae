#include "sim/replay/meetings.hpp"

#include <algorithm>
#include <map>

#include "sim/base/error.hpp"

namespace sim::replay {
namespace {

using chakra::Node;
using chakra::Trace;

class Matcher {
 public:
  Matcher(const std::vector<Trace>& traces, const std::vector<RankStreams>& ranks, const chakra::Groups& groups,
          std::map<std::string, std::size_t>& warnings)
      : traces_(traces), ranks_(ranks), groups_(groups), warnings_(warnings) {
    for (std::uint32_t i = 0; i < traces.size(); ++i) index_.emplace(traces[i].rank, i);
    found_.of.resize(ranks.size());
    found_.message_of.resize(ranks.size());
    for (std::size_t i = 0; i < ranks.size(); ++i) found_.of[i].assign(ranks[i].streams.size(), kNoEncounter);
  }

  Encounters match() {
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
      for (std::uint32_t stream = 0; stream < ranks_[rank].streams.size(); ++stream) {
        const StreamKind kind = ranks_[rank].streams[stream].kind;
        if (found_.of[rank][stream] != kNoEncounter) continue;
        if (kind == StreamKind::collective) form_group({rank, stream});
        if (kind == StreamKind::send) form_messages({rank, stream});
      }
    }
    refuse_unsent();
    return std::move(found_);
  }

 private:
  [[nodiscard]] const Stream& at(const StreamPlace& place) const { return ranks_[place.rank].streams[place.stream]; }
  [[nodiscard]] const Node& node(const StreamPlace& place, std::size_t number) const {
    return traces_[place.rank].nodes[at(place).nodes[number]];
  }
  [[nodiscard]] std::string name(const StreamPlace& place, std::size_t number) const {
    return node_name(traces_[place.rank], at(place).nodes[number]);
  }

  // The group of no name is that of all ranks, as in astra-sim; so is "0" unless a file says otherwise.
  [[nodiscard]] std::vector<std::uint32_t> ranks_of(const StreamPlace& place) const {
    const std::string& group = at(place).group;
    const auto named = groups_.find(group);
    if (named != groups_.end()) return named->second;
    if (!group.empty() && group != "0") {
      throw InputError(name(place, 0) + ": there is no process group " + group.substr(0, 80),
                       "the groups stand in a JSON file beside the traces, or are named with --groups");
    }
    std::vector<std::uint32_t> all;
    for (const Trace& trace : traces_) all.push_back(trace.rank);
    return all;
  }

  [[nodiscard]] StreamPlace stream_of(std::uint32_t rank, StreamKind kind, const std::string& group,
                                      std::uint32_t peer) const {
    const auto place = index_.find(rank);
    if (place == index_.end()) return {kNoEncounter, kNoEncounter};
    const std::vector<Stream>& streams = ranks_[place->second].streams;
    for (std::uint32_t i = 0; i < streams.size(); ++i) {
      if (streams[i].kind == kind && streams[i].group == group && streams[i].peer == peer) return {place->second, i};
    }
    return {place->second, kNoEncounter};
  }

  void form_group(const StreamPlace& first) {
    Encounter encounter;
    encounter.ranks = ranks_of(first);
    std::sort(encounter.ranks.begin(), encounter.ranks.end());
    const std::string group =
        at(first).group.empty() ? "the group of all ranks" : "process group " + at(first).group.substr(0, 80);
    const std::uint32_t own = traces_[first.rank].rank;
    if (!std::binary_search(encounter.ranks.begin(), encounter.ranks.end(), own)) {
      throw InputError(name(first, 0) + ": " + group + " does not have this rank");
    }
    for (const std::uint32_t rank : encounter.ranks) {
      const StreamPlace member = stream_of(rank, StreamKind::collective, at(first).group, 0);
      if (member.rank == kNoEncounter) {
        throw InputError(name(first, 0) + " never runs: " + group + " has rank " + std::to_string(rank) +
                         ", of which there is no trace");
      }
      if (member.stream == kNoEncounter) {
        throw InputError(name(first, 0) + " never runs: rank " + std::to_string(rank) + " takes no part in " + group);
      }
      encounter.members.push_back(member);
    }
    compare(encounter, group);
    add(std::move(encounter));
  }

  void compare(Encounter& encounter, const std::string& group) {
    const auto by_length = [this](const StreamPlace& a, const StreamPlace& b) {
      return at(a).nodes.size() < at(b).nodes.size();
    };
    const auto [fewest, most] = std::minmax_element(encounter.members.begin(), encounter.members.end(), by_length);
    const std::size_t count = at(*fewest).nodes.size();
    if (count < at(*most).nodes.size()) {
      throw InputError(name(*most, count) + " never runs: rank " + std::to_string(traces_[fewest->rank].rank) +
                       " takes part in only " + std::to_string(count) + " collectives of " + group);
    }
    for (std::size_t number = 0; number < count; ++number) {
      const Node& expected = node(encounter.members.front(), number);
      std::uint64_t bytes = 0;
      for (const StreamPlace& member : encounter.members) {
        const Node& other = node(member, number);
        if (other.collective != expected.collective) {
          throw InputError(name(member, number) + ": collective " + std::to_string(number + 1) + " of " + group +
                           " has another type than on " + name(encounter.members.front(), number));
        }
        if (other.bytes != expected.bytes)
          ++warnings_["collectives to which ranks give different sizes; the largest counts"];
        bytes = std::max(bytes, other.bytes.value_or(0));
      }
      encounter.bytes.push_back(static_cast<double>(bytes));
    }
  }

  void form_messages(const StreamPlace& sender) {
    const std::uint32_t source = traces_[sender.rank].rank, target = at(sender).peer;
    if (source == target) throw InputError(name(sender, 0) + ": a message of a rank to itself");
    const StreamPlace receiver = stream_of(target, StreamKind::receive, at(sender).group, source);
    if (receiver.rank == kNoEncounter) {
      throw InputError(name(sender, 0) + ": there is no trace of rank " + std::to_string(target));
    }
    if (receiver.stream == kNoEncounter) {
      throw InputError(name(sender, 0) + ": rank " + std::to_string(target) + " receives nothing from rank " +
                       std::to_string(source) + " in this process group");
    }
    Encounter encounter{true, {sender, receiver}, {source, target}, {}};
    std::map<std::uint64_t, std::vector<std::uint32_t>> sent;  // numbers by tag, the first one last
    for (std::size_t number = at(sender).nodes.size(); number-- > 0;) {
      sent[node(sender, number).tag.value_or(0)].push_back(static_cast<std::uint32_t>(number));
    }
    for (std::size_t number = 0; number < at(receiver).nodes.size(); ++number) {
      const Node& wanted = node(receiver, number);
      std::vector<std::uint32_t>& left = sent[wanted.tag.value_or(0)];
      if (left.empty()) throw InputError(name(receiver, number) + " never runs: nobody sends it");
      if (node(sender, left.back()).bytes != wanted.bytes) {
        ++warnings_["messages whose receiver expects another size; the sender's counts"];
      }
      found_.message_of[receiver.rank][at(receiver).nodes[number]] = left.back() + 1;
      left.pop_back();
    }
    for (const auto& [tag, left] : sent) {
      if (!left.empty()) throw InputError(name(sender, left.back()) + ": nobody receives it");
    }
    for (std::size_t number = 0; number < at(sender).nodes.size(); ++number) {
      encounter.bytes.push_back(static_cast<double>(*node(sender, number).bytes));
    }
    add(std::move(encounter));
  }

  void add(Encounter encounter) {
    const auto number = static_cast<std::uint32_t>(found_.list.size());
    for (const StreamPlace& member : encounter.members) found_.of[member.rank][member.stream] = number;
    found_.list.push_back(std::move(encounter));
  }

  void refuse_unsent() const {
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
      for (std::uint32_t stream = 0; stream < ranks_[rank].streams.size(); ++stream) {
        const bool listens = ranks_[rank].streams[stream].kind == StreamKind::receive;
        if (!listens || found_.of[rank][stream] != kNoEncounter) continue;
        const std::uint32_t source = ranks_[rank].streams[stream].peer;
        const std::string why = index_.count(source) == 0 ? "there is no trace of rank " : "nothing comes from rank ";
        throw InputError(name({rank, stream}, 0) + " never runs: " + why + std::to_string(source));
      }
    }
  }

  const std::vector<Trace>& traces_;
  const std::vector<RankStreams>& ranks_;
  const chakra::Groups& groups_;
  std::map<std::string, std::size_t>& warnings_;
  std::map<std::uint32_t, std::uint32_t> index_;
  Encounters found_;
};

}  // namespace

Encounters match(const std::vector<Trace>& traces, const std::vector<RankStreams>& ranks, const chakra::Groups& groups,
                 std::map<std::string, std::size_t>& warnings) {
  return Matcher(traces, ranks, groups, warnings).match();
}

}  // namespace sim::replay
