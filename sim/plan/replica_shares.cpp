#include "sim/plan/replica_shares.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace sim::plan {
namespace {

class Search {
 public:
  Search(const std::vector<ReplicaSpeed>& speeds, double ramp, int replicas, bool equal)
      : speeds_(speeds), ramp_(ramp), replicas_(replicas), equal_(equal) {
    now_.replicas.assign(speeds.size(), 0);
    now_.micro_batches.assign(speeds.size(), 0);
    tried_counts_ = speeds.size() <= 2 ? 24 : 4;
  }

  std::vector<ReplicaShares> run(std::int64_t micro_batches) {
    whole_ = micro_batches;
    choose_replicas(0);
    std::vector<ReplicaShares> found;
    for (const auto& [entries, shares] : best_) found.push_back(shares);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
    return found;
  }

 private:
  void choose_replicas(std::size_t entry) {
    if (entry == speeds_.size()) {
      const int sum = std::accumulate(now_.replicas.begin(), now_.replicas.end(), 0);
      if (sum == 0) return;
      find_ideal();
      choose_micro_batches(0, whole_, 0);
      return;
    }
    const int granule = speeds_[entry].granule, largest = speeds_[entry].most / granule;
    if (replicas_ > 0 && entry + 1 == speeds_.size()) {  // the last entry takes what is left
      const int left = replicas_ - std::accumulate(now_.replicas.begin(), now_.replicas.end() - 1, 0);
      if (left < 0 || left > largest * granule || left % granule != 0) return;
      now_.replicas[entry] = left;
      choose_replicas(entry + 1);
      return;
    }
    const int least = replicas_ > 0 ? std::max(0, largest - kTriedWhenFixed) : std::max(0, largest - tried_counts_);
    for (int count = largest; count > least; --count) {
      now_.replicas[entry] = count * granule;
      choose_replicas(entry + 1);
    }
    now_.replicas[entry] = 0;
    choose_replicas(entry + 1);
  }

  // The time of all entries if micro-batches could be cut at will: sum r_e (T / t_e - ramp) = M. No division is faster,
  // and the best whole numbers lie near it.
  void find_ideal() {
    double work = static_cast<double>(whole_), rate = 0;
    for (std::size_t entry = 0; entry < speeds_.size(); ++entry) {
      if (now_.replicas[entry] == 0) continue;  // an entry that cannot take part has no time: 0 / 0
      work += now_.replicas[entry] * ramp_;
      rate += now_.replicas[entry] / speeds_[entry].seconds;
    }
    ideal_ = work / rate;
  }

  void choose_micro_batches(std::size_t entry, std::int64_t left, double slowest) {
    if (entry == speeds_.size()) {
      if (left == 0) keep(slowest);
      return;
    }
    const std::int64_t replicas = now_.replicas[entry];
    if (replicas == 0) {
      now_.micro_batches[entry] = 0;
      choose_micro_batches(entry + 1, left, slowest);
      return;
    }
    const bool is_last = std::all_of(now_.replicas.begin() + static_cast<std::ptrdiff_t>(entry) + 1,
                                     now_.replicas.end(), [](int count) { return count == 0; });
    if (is_last && left % replicas != 0) return;
    const std::int64_t working_replicas = std::accumulate(now_.replicas.begin(), now_.replicas.end(), std::int64_t{0});
    const auto near = equal_ ? whole_ / working_replicas : count_near(speeds_[entry].seconds);
    const std::int64_t first = std::max<std::int64_t>(1, near - kWindow), end = std::max(first, near + kWindow);
    for (std::int64_t count = is_last ? left / replicas : first; count * replicas <= left; ++count) {
      if (!is_last && count > end) return;
      const double seconds = (static_cast<double>(count) + ramp_) * speeds_[entry].seconds;
      if (count < 1 || seconds >= bound()) return;
      if (!equal_ || is_equal_to_those_before(entry, count)) {
        now_.micro_batches[entry] = static_cast<int>(count);
        choose_micro_batches(entry + 1, left - count * replicas, std::max(slowest, seconds));
      }
      if (is_last) return;
    }
  }

  // Clamped before the cast: a double beyond the integers has no defined value as one.
  [[nodiscard]] std::int64_t count_near(double seconds) const {
    return static_cast<std::int64_t>(std::clamp(ideal_ / seconds - ramp_, 1.0, static_cast<double>(whole_)));
  }

  [[nodiscard]] bool is_equal_to_those_before(std::size_t entry, std::int64_t count) const {
    for (std::size_t before = 0; before < entry; ++before) {
      if (now_.replicas[before] > 0 && now_.micro_batches[before] != count) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<bool> working() const {
    std::vector<bool> entries;
    for (const int count : now_.replicas) entries.push_back(count > 0);
    return entries;
  }

  [[nodiscard]] double bound() const {
    const auto known = best_.find(working());
    return known == best_.end() ? 1e300 : known->second.seconds;
  }

  void keep(double slowest) {
    now_.seconds = slowest;
    if (slowest < bound()) best_[working()] = now_;
  }

  const std::vector<ReplicaSpeed>& speeds_;
  double ramp_;
  int replicas_;
  bool equal_;
  static constexpr std::int64_t kWindow = 128;  // micro-batches around the ideal that are tried
  static constexpr int kTriedWhenFixed = 256;   // counts of an entry that are tried where their sum is given
  int tried_counts_ = 0;
  double ideal_ = 0;
  std::int64_t whole_ = 0;
  ReplicaShares now_;
  std::map<std::vector<bool>, ReplicaShares> best_;  // by the entries that work
};

}  // namespace

std::vector<ReplicaShares> share_replicas(const std::vector<ReplicaSpeed>& speeds, std::int64_t micro_batches,
                                          double ramp, int replicas, bool equal) {
  return Search(speeds, ramp, replicas, equal).run(micro_batches);
}

}  // namespace sim::plan
