#include "sim/validate/record.hpp"

#include <set>

#include "sim/config/field_reader.hpp"

namespace sim::validate {
namespace {

using config::Fields;
using config::Spec;
using config::Value;

// Far above any run that was ever made.
constexpr double kMostChips = 1e8;
constexpr double kMostWidth = 1e9;

Spec required_size(const std::string& help, double least = 1, double most = kMostWidth) {
  return {.help = help, .required = true, .least = least, .most = most};
}

Spec required_word(const std::string& help) {
  return {.help = help, .required = true};
}

void optional_flag(Fields& fields, const char* key, std::optional<bool>& field, const std::string& help) {
  bool value = field.value_or(false);
  fields.flag(key, value, {.help = help});
  if (fields.has(key)) field = value;
}

void describe_experts(Fields& fields, RecordExperts& experts) {
  fields.whole("experts", experts.experts, required_size("routed experts of a layer"));
  fields.whole("topk", experts.top_k, required_size("experts that one token meets"));
  fields.count("expert_ffn", experts.expert_ffn, required_size("inner width of one expert"));
  fields.whole("shared_experts", experts.shared_experts,
               {.help = "experts that every token meets", .least = 0, .most = kMostWidth});
  fields.whole("moe_layers", experts.moe_layers, required_size("layers with experts"));
}

void describe_model(Fields& fields, RecordModel& model) {
  fields.text("name", model.name, required_word("the source's name of the model"));
  fields.whole("layers", model.layers, required_size("transformer layers", 1, 1e5));
  fields.count("hidden", model.hidden, required_size("width"));
  fields.count("heads", model.heads, required_size("query heads"));
  fields.count("kv_heads", model.kv_heads, required_size("key and value heads"));
  fields.count("head_dim", model.head_dim,
               {.help = "width of a head; absent: hidden / heads", .least = 0, .most = kMostWidth});
  fields.count("ffn_hidden", model.ffn_hidden, required_size("inner width of a dense layer", 0));
  fields.flag("gated_mlp", model.gated_mlp, required_word("SwiGLU: three matrices"));
  fields.count("vocab", model.vocabulary, required_size("vocabulary"));
  fields.count("seq", model.sequence_length, required_size("tokens of a sequence"));
  fields.number("params_b", model.parameters, {.help = "the source's parameter count, 1e9", .least = 0});
  optional_flag(fields, "tied_embeddings", model.tied_embeddings, "one table for embedding and logits");
  if (!fields.has("moe")) return;
  RecordExperts experts = model.experts.value_or(RecordExperts{});
  fields.object("moe", [&](Fields& inner) { describe_experts(inner, experts); }, {.help = "experts"});
  model.experts = experts;
}

void describe_run(Fields& fields, RecordRun& run) {
  fields.whole("tp", run.tp, required_size("tensor parallelism", 1, kMostChips));
  fields.whole("pp", run.pp, required_size("pipeline stages", 1, kMostChips));
  fields.whole("vpp", run.vpp, {.help = "virtual stages per device", .least = 1, .most = 1e5});
  fields.whole("dp", run.dp, required_size("data parallelism", 1, kMostChips));
  fields.whole("cp", run.cp, {.help = "context parallelism", .least = 1, .most = kMostChips});
  fields.whole("ep", run.ep, {.help = "expert parallelism", .least = 1, .most = kMostChips});
  fields.whole("zero_stage", run.zero_stage, required_size("ZeRO stage; FSDP is 3", 0, 3));
  fields.whole(
      "zero_group", run.zero_group,
      {.help = "chips that share one sharded copy; absent: all data-parallel ranks", .least = 1, .most = kMostChips});
  fields.count("micro_batch", run.micro_batch, required_size("sequences per device and step"));
  fields.count("global_batch", run.global_batch, required_size("sequences per iteration"));
  fields.flag("sequence_parallel", run.sequence_parallel, {.help = "norms are cut along the sequence over tp"});
  fields.text("recompute", run.recompute, required_word("none, selective or full"));
  fields.text("precision", run.precision, required_word("format of the matrix products"));
  fields.text("schedule", run.schedule, {.help = "pipeline schedule"});
  fields.text("overlap", run.overlap, {.help = "the source's words about overlap"});
}

void describe_software(Fields& fields, RecordSoftware& software) {
  fields.text("stack", software.stack, required_word("training stack"));
  int year = software.year.value_or(0);
  fields.whole("year", year, {.help = "year of the software", .least = 2010, .most = 2100});
  if (fields.has("year")) software.year = year;
  optional_flag(fields, "flash_attention", software.flash_attention, "whether a fused attention kernel ran");
}

// Sources are silent about some fields, which the records write as null: to the reader such a key is absent.
Value without_nulls(Value value) {
  std::erase_if(value.entries, [](const Value::Entry& entry) { return entry.value.kind == Value::Kind::null; });
  for (Value::Entry& entry : value.entries) {
    if (entry.value.kind == Value::Kind::map) entry.value = without_nulls(std::move(entry.value));
  }
  return value;
}

std::vector<Record> records_of(const Value& root) {
  if (root.kind != Value::Kind::list) {
    throw InputError({Diagnostic{root.mark, "expected a list of records", "each item starts with `- id: NAME`"}});
  }
  config::Diagnostics diagnostics;
  std::vector<Record> records;
  std::set<std::string> ids;
  for (const Value& item : root.items) {
    records.push_back(config::read<Record>(without_nulls(item), diagnostics));
    const std::string& id = records.back().id;
    if (!id.empty() && !ids.insert(id).second) diagnostics.add(item.mark, "id: " + id + " occurs twice in this file");
  }
  diagnostics.throw_if_any();
  return records;
}

}  // namespace

void describe(Fields& fields, Record& record) {
  fields.text("id", record.id, required_word("unique name"));
  fields.text("source", record.source, {.help = "where the figure was published"});
  fields.text("family", record.family, required_word("the lab or publication"));
  fields.text("chip", record.chip, required_word("part, as `simulate chips` lists them"));
  fields.whole("gpus", record.gpus, required_size("chips in the run", 1, kMostChips));
  fields.whole("gpus_per_node", record.gpus_per_node,
               required_size("chips that share a scale-up domain or server", 1, kMostChips));
  fields.number("nic_gbps_per_gpu", record.nic_gbps_per_gpu,
                {.help = "scale-out bandwidth per chip, Gb/s, one direction; 0: one node, or unknown",
                 .required = true,
                 .least = 0,
                 .most = 1e6});
  fields.text("fabric", record.fabric, {.help = "the source's words about the interconnect"});
  fields.object(
      "model", [&](Fields& inner) { describe_model(inner, record.model); }, required_word("the model"));
  fields.object(
      "run", [&](Fields& inner) { describe_run(inner, record.run); }, required_word("how the run was cut"));
  fields.object(
      "software", [&](Fields& inner) { describe_software(inner, record.software); },
      required_word("what a user would know about the software"));
  const auto describe_measured = [&](Fields& inner) {
    inner.number("iteration_s", record.iteration_seconds,
                 {.help = "seconds per optimizer step", .required = true, .least = 0, .above_least = true});
    inner.text("derived_from", record.derived_from, {.help = "the published quantity, when it was not a time"});
  };
  fields.object("measured", describe_measured, required_word("what was measured"));
  fields.texts("assumed", record.assumed, {.help = "fields that the source leaves out"});
  fields.flag("well_specified", record.well_specified, required_word("nothing that moves the time much was assumed"));
  fields.text("notes", record.notes, {.help = "remarks"});
}

std::vector<Record> read_records(const std::string& path) {
  return records_of(config::read_yaml_file(path));
}

std::vector<Record> parse_records(const std::string& text, const std::string& name) {
  return records_of(config::read_yaml_text(text, name));
}

}  // namespace sim::validate
