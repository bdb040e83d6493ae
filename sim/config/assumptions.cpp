#include "sim/config/assumptions.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "sim/base/quantity.hpp"
#include "sim/config/describe_campaign.hpp"
#include "sim/config/describe_hardware.hpp"
#include "sim/config/describe_topology.hpp"
#include "sim/cost/kernel_time.hpp"

namespace sim::config {
namespace {

/// Walks a description and lists its sourced numbers. `skips` are keys whose subtrees the job does not
/// use; texts and plain numbers have no origin.
class ConstantFinder final : public Fields {
 public:
  ConstantFinder(std::string owner, std::string path, const std::set<std::string>& skips,
                 std::vector<UsedConstant>& found)
      : owner_(std::move(owner)), path_(std::move(path)), skips_(skips), found_(found) {}

  void text(const char*, std::string&, const Spec&) override {}
  void flag(const char*, bool&, const Spec&) override {}
  void count(const char*, std::int64_t&, const Spec&) override {}
  void number(const char*, double&, const Spec&) override {}
  void choice(const char*, int&, const std::vector<std::string>&, const Spec&) override {}
  void texts(const char*, std::vector<std::string>&, const Spec&) override {}
  void counts(const char*, std::vector<std::int64_t>&, const Spec&) override {}
  void quantity(const char*, double&, const char*, const Spec&) override {}

  void sourced(const char* key, Sourced<double>& field, const char* dimension, const Spec&) override {
    const bool is_unset = field.origin == Origin::assumed && field.source.empty();  // the term is left out
    if (skips_.count(key) > 0 || !std::isfinite(field.value) || is_unset) return;
    found_.push_back({owner_, path_ + key, format_quantity(field.value, dimension), field.origin, field.source});
  }
  void object(const char* key, const std::function<void(Fields&)>& describe_inner, const Spec&) override {
    if (skips_.count(key) > 0) return;
    ConstantFinder inner(owner_, path_ + key + " ", skips_, found_);
    describe_inner(inner);
  }
  void list(const char* key, std::size_t size, const std::function<void(std::size_t, Fields&)>& make,
            const Spec& spec) override {
    for (std::size_t i = 0; i < size; ++i) {
      object((std::string(key) + " " + std::to_string(i)).c_str(), [&](Fields& inner) { make(i, inner); }, spec);
    }
  }
  void map(const char* key, const std::vector<std::string>& keys,
           const std::function<void(const std::string&, Fields&)>& make, const Spec& spec) override {
    for (const std::string& one : keys) {
      object((std::string(key) + " " + one).c_str(), [&](Fields& inner) { make(one, inner); }, spec);
    }
  }
  [[nodiscard]] bool has(const char*) const override { return true; }
  void complain(const char*, const std::string&, const std::string&, bool) override {}

 private:
  std::string owner_, path_;
  const std::set<std::string>& skips_;
  std::vector<UsedConstant>& found_;
};

template <class T>
void add(T object, const std::string& owner, const std::set<std::string>& skips, std::vector<UsedConstant>& found) {
  ConstantFinder finder(owner, "", skips, found);
  describe(finder, object);
}

// Whether an exchange with a neighbour runs beside work.
bool overlaps_messages(const parallel::Strategy& s) {
  const bool passes_ring = s.cp > 1 && s.context_exchange == model::ContextExchange::ring;
  return (s.overlap.tp && s.tp > 1) || (s.overlap.cp && passes_ring);
}

// Keys of a chip, its kernels and its link that do not enter the time of this job.
std::set<std::string> unused_keys(const iteration::Job& job, const iteration::FleetEntry& entry) {
  std::set<std::string> skips{"tpp",       "applicable_die_area", "total_io", "usual_nic",
                              "host_link", "boost_clock",         "dies",     "governor_time"};
  const hardware::Format format = job.training.precision;
  const bool has_own = entry.kernels.gemm.count(format) > 0;
  for (int index = 0; index <= static_cast<int>(hardware::Format::int4); ++index) {
    const auto other = static_cast<hardware::Format>(index);
    const bool is_fallback = !has_own && (other == hardware::Format::bf16 || other == hardware::Format::fp16);
    if (other != format && !is_fallback) skips.insert(std::string(hardware::name(other)));
  }
  const std::string used = cost::attention_kernel(pricing_of(job, entry));
  for (const auto& [name, constants] : entry.kernels.attention) {
    if (name != used) skips.insert("attention " + name);
  }
  if (used.empty()) skips.insert("attention_in_step_share");
  if (job.strategy.ranks() == 1) skips.insert("collective_cores");
  if (!overlaps_messages(job.strategy)) skips.insert("message_cores");
  return skips;
}

// Of the hardware. Software presets are listed apart: their assumptions are those of their date.
std::vector<UsedConstant> hardware_constants(const iteration::Job& job) {
  std::vector<UsedConstant> found;
  for (const iteration::FleetEntry& entry : job.fleet) {
    const std::set<std::string> skips = unused_keys(job, entry);
    add(entry.chip, entry.chip.id, skips, found);
    add(entry.kernels, entry.chip.id, skips, found);
    if (entry.link) add(*entry.link, entry.link->id, skips, found);
  }
  for (const iteration::FleetEntry& entry : job.fleet) {
    if (entry.network) add(*entry.network, entry.network->id, {}, found);
  }
  if (job.network) add(*job.network, job.network->id, {}, found);
  if (job.join) add(*job.join, "fabric", {}, found);
  if (job.join_network) add(*job.join_network, job.join_network->id, {}, found);
  return found;
}

}  // namespace

std::vector<UsedConstant> used_constants(const iteration::Job& job, const campaign::Inputs& inputs) {
  std::vector<UsedConstant> found = hardware_constants(job);
  add(job.software, job.software.id, {}, found);
  add(inputs.reliability, "reliability", {}, found);
  add(inputs.storage, "storage", {}, found);
  std::set<std::string> other_chips;
  for (const auto& [id, price] : inputs.economics.chips) {
    const auto is_of_fleet = [&id = id](const iteration::FleetEntry& entry) {
      return std::equal(id.begin(), id.end(), entry.chip.id.begin(), entry.chip.id.end(),
                        [](unsigned char a, unsigned char b) { return a == std::tolower(b); });
    };
    if (std::none_of(job.fleet.begin(), job.fleet.end(), is_of_fleet)) other_chips.insert("chips " + id);
  }
  add(inputs.economics, "economics", other_chips, found);
  return found;
}

std::vector<std::string> assumed_constants(const iteration::Job& job) {
  std::vector<std::string> found;
  for (const UsedConstant& constant : hardware_constants(job)) {
    if (constant.origin == Origin::assumed) found.push_back(constant.owner + " " + constant.key);
  }
  if (const auto& experts = job.model.experts; experts && experts->imbalance == 1 && experts->capacity == 0) {
    found.push_back("experts equally loaded");
  }
  if (job.strategy.offload.optimizer) found.push_back("host memory 41 GB/s a chip");
  if (job.strategy.offload.optimizer || job.strategy.offload.activations) found.push_back("host copies start in 10 us");
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace sim::config
