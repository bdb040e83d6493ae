#include "sim/cli/reference_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "sim/config/scenario.hpp"

namespace sim::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSearched =
    "parallel={auto: true, sequence_parallel: true, overlap: {dp_gradients: true, dp_parameters: true, pp: true}}";

int misfit(const std::string& chip) {
  return chip == kPartToBeat ? 0 : chip == "H100-SXM5-80GB" ? 1 : 2;
}

std::vector<std::string> shipped_scenarios() {
  const fs::path folder = config::data_directory() / "scenarios";
  std::error_code ignored;  // a folder that is not there holds nothing
  std::vector<std::string> files;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, ignored)) {
    if (file.path().extension() == ".yaml") files.push_back(file.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Fleets of one entry that are there from the first day, free of rules.
bool is_plain(const config::Scenario& scenario) {
  return scenario.fleet.size() == 1 && scenario.fleet.front().arrives.empty() && !scenario.constraint &&
         scenario.fleet.front().chip != config::kInline;
}

std::string shown_name(const std::string& file) {
  return "scenarios/" + fs::path(file).filename().string();
}

ReferenceScenario without_scenario(const std::string& model_name, int count) {
  constexpr int kUsualCount = 1024;
  const model::Transformer model = config::load_model(model_name);
  const std::string quickstart = (config::data_directory() / "scenarios" / "quickstart.yaml").string();
  std::error_code ignored;
  if (!fs::exists(quickstart, ignored))
    throw InputError("no scenarios lie beside the catalogue", "name a scenario file: simulate design FILE");
  const int chips = count > 0 ? count : kUsualCount;
  constexpr int kNode = 8;
  ReferenceScenario made{
      quickstart,
      {"name=" + model.id, "model=" + model_name,
       fmt::format("training.tokens={:.0f}e9", usual_billions_of_tokens(model)),
       fmt::format("training.sequence_length={}", model.context),
       fmt::format("training.global_batch={}", usual_batch(chips)), std::string("fleet.0.chip=") + kPartToBeat,
       fmt::format("fleet.0.count={}", chips),
       std::string("fleet.0.topology=") + (chips <= kNode ? "hgx_h20_single" : "hgx_h20_rail_400g"), kSearched},
      ""};
  made.origin =
      "a job of our own, as no scenario of this model ships (20 tokens for each active parameter, a power of two of "
      "sequences a step, the strategy searched)";
  return made;
}

}  // namespace

double usual_billions_of_tokens(const model::Transformer& model) {
  return std::max(1.0, 20 * model::active_parameters(model) / 1e9);
}

int usual_batch(int chips) {
  int batch = 512;
  while (batch < chips / 4) batch *= 2;
  return batch;
}

ReferenceScenario reference_scenario(const std::string& model, int count) {
  const std::string wanted = config::load_model(model).id;
  ReferenceScenario best;
  int least = 3, own_count = 0;
  for (const std::string& file : shipped_scenarios()) {
    const config::Scenario scenario = config::load_scenario(file).scenario;
    if (!is_plain(scenario) || scenario.model != wanted || misfit(scenario.fleet.front().chip) >= least) continue;
    least = misfit(scenario.fleet.front().chip);
    own_count = scenario.fleet.front().count;
    best = {file, {}, shown_name(file)};
  }
  if (best.file.empty()) return without_scenario(model, count);
  if (count > 0 && count != own_count) {
    best.overrides = {fmt::format("fleet.0.count={}", count), kSearched};
    best.origin += fmt::format(" with {} chips in place of {} and its strategy searched", count, own_count);
  }
  return best;
}

}  // namespace sim::cli
