#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/config/fields.hpp"

namespace sim::config::sample {

enum class Schedule { gpipe, one_forward, zero_bubble };

struct Item {
  std::string chip;
  int count = 1;
};

struct Entry {
  double factor = 1;
};

/// A struct that uses every member of Fields.
struct Sample {
  std::string name;
  bool recompute = false;
  std::int64_t tokens = 1000;
  int tp = 1;
  double ratio = 0.5;
  Schedule schedule = Schedule::gpipe;
  std::vector<std::string> notes;
  std::vector<std::int64_t> stages = {1, 2};
  BytesPerSecond bandwidth{50e9};
  Sourced<Seconds> latency{Seconds(1e-6), Origin::assumed, "", 0};
  Sourced<double> efficiency{0.8, Origin::assumed, "", 0};
  double limit = std::numeric_limits<double>::infinity();
  bool overlap_tp = true;
  std::vector<Item> fleet;
  std::map<std::string, Entry> degrade;
};

inline Spec spec(const std::string& help) {
  return Spec{help};
}

inline Spec from(double least, const std::string& help) {
  Spec result{help};
  result.least = least;
  return result;
}

inline void describe(Fields& fields, Item& item) {
  Spec chip = spec("name in the catalogue");
  chip.required = true;
  fields.text("chip", item.chip, chip);
  fields.whole("count", item.count, from(1, "how many"));
}

inline void describe(Fields& fields, Sample& sample) {
  Spec name = spec("what to call it");
  name.required = true;
  name.aliases = {"title"};
  fields.text("name", sample.name, name);
  fields.flag("recompute", sample.recompute, spec("forget activations"));
  fields.count("tokens", sample.tokens, from(1, "tokens in all"));
  Spec tp = from(1, "tensor parallel size");
  tp.most = 8;
  tp.aliases = {"tensor-model-parallel-size"};
  fields.whole("tp", sample.tp, tp);
  Spec ratio = from(0, "a share");
  ratio.above_least = true;
  ratio.most = 1;
  fields.number("ratio", sample.ratio, ratio);
  fields.choice("schedule", sample.schedule, {"gpipe", "1f1b", "zero_bubble"}, spec("order | of the passes"));
  fields.texts("notes", sample.notes, spec("remarks"));
  fields.counts("stages", sample.stages, from(1, "layers of each stage"));
  fields.quantity("bandwidth", sample.bandwidth, from(1e9, "per direction"));
  fields.sourced("latency", sample.latency, from(0, "one hop"));
  fields.sourced("efficiency", sample.efficiency, "", from(0, "of the peak"));
  fields.quantity("limit", sample.limit, "time", spec("give up after"));
  fields.object(
      "overlap", [&](Fields& inner) { inner.flag("tp", sample.overlap_tp, spec("hide tensor parallel traffic")); },
      spec("what hides behind compute"));
  fields.list(
      "fleet", sample.fleet.size(),
      [&](std::size_t i, Fields& inner) {
        if (i >= sample.fleet.size()) sample.fleet.resize(i + 1);
        describe(inner, sample.fleet[i]);
      },
      spec("the chips"));
  std::vector<std::string> keys;
  for (const auto& [key, entry] : sample.degrade) keys.push_back(key);
  fields.map(
      "degrade", keys,
      [&](const std::string& key, Fields& inner) {
        inner.number("factor", sample.degrade[key].factor, from(0, "of the speed"));
      },
      spec("slow parts"));
  if (fields.has("tokens") && sample.tokens == 666) fields.complain("tokens", "does not divide", "take 665", true);
}

}  // namespace sim::config::sample
