#include "sim/report/replay_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace sim::report {
namespace {

using replay::RankShare;

constexpr std::size_t kMostShown = 16;

// Ranks that compute most, or all of few by their number.
std::vector<RankShare> shown(const replay::Result& result) {
  std::vector<RankShare> ranks = result.ranks;
  if (ranks.size() <= kMostShown) return ranks;
  std::stable_sort(ranks.begin(), ranks.end(),
                   [](const RankShare& a, const RankShare& b) { return a.compute > b.compute; });
  ranks.resize(kMostShown);
  return ranks;
}

RankShare mean_of(const std::vector<RankShare>& ranks) {
  RankShare mean;
  const auto count = static_cast<double>(ranks.size());
  for (const auto part :
       {&RankShare::compute, &RankShare::scale_up, &RankShare::scale_out, &RankShare::host, &RankShare::others}) {
    mean.*part = std::accumulate(ranks.begin(), ranks.end(), 0.0,
                                 [part](double sum, const RankShare& rank) { return sum + rank.*part; }) /
                 count;
  }
  return mean;
}

std::string line(const std::string& name, const RankShare& share) {
  return fmt::format("  {:<8} {:>10.6f} {:>10.6f} {:>10.6f} {:>10.6f} {:>10.6f}", name, share.compute, share.scale_up,
                     share.scale_out, share.host, share.others);
}

nlohmann::ordered_json share_json(const RankShare& share) {
  return {{"compute", share.compute},
          {"scale_up", share.scale_up},
          {"scale_out", share.scale_out},
          {"host", share.host},
          {"others", share.others}};
}

}  // namespace

std::string replay_text(const std::string& title, const replay::Result& result) {
  std::string text = title + "\n\n";
  text += fmt::format("  {:.6f} s  one iteration, {} nodes of {} ranks\n\n", result.seconds.value(), result.nodes,
                      result.ranks.size());
  text += fmt::format("  {:<8} {:>10} {:>10} {:>10} {:>10} {:>10}   s; waiting for all but compute\n", "rank",
                      "compute", "scale_up", "scale_out", "host", "others");
  const std::uint32_t slowest = result.ranks[result.slowest].rank;
  for (const RankShare& share : shown(result)) {
    text += line(std::to_string(share.rank), share) + (share.rank == slowest ? "  <- computes most\n" : "\n");
  }
  if (result.ranks.size() > 1) text += line("mean", mean_of(result.ranks)) + "\n";
  if (result.ranks.size() > kMostShown) {
    text += fmt::format("  the {} of {} ranks that compute most; --json has all\n", kMostShown, result.ranks.size());
  }
  return text;
}

std::string replay_json(const std::string& title, const replay::Result& result) {
  nlohmann::ordered_json json;
  json["title"] = title;
  json["seconds"] = result.seconds.value();
  json["nodes"] = result.nodes;
  json["slowest_rank"] = result.ranks[result.slowest].rank;
  json["mean"] = share_json(mean_of(result.ranks));
  json["ranks"] = nlohmann::json::array();
  for (const RankShare& share : result.ranks) {
    nlohmann::ordered_json one = share_json(share);
    one["rank"] = share.rank;
    json["ranks"].push_back(std::move(one));
  }
  json["not_understood"] = result.warnings;
  json["events"] = result.events;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";  // names come from files
}

}  // namespace sim::report
