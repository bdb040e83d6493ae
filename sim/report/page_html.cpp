#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/base/version.hpp"
#include "sim/model/transformer.hpp"
#include "sim/report/page.hpp"
#include "sim/report/page_assets.hpp"
#include "sim/report/page_cases.hpp"
#include "sim/report/page_timeline.hpp"

namespace sim::report {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, double unit) {
  return std::round(value / unit) * unit;
}

/// Sources are long and few: each is kept once.
class Sources {
 public:
  std::size_t index_of(const std::string& source) {
    const auto [place, is_new] = index_.try_emplace(source, list_.size());
    if (is_new) list_.push_back(source);
    return place->second;
  }
  [[nodiscard]] const Json& list() const { return list_; }

 private:
  std::map<std::string, std::size_t> index_;
  Json list_ = Json::array();
};

Json constants_json(const PageScenario& scenario, Sources& sources) {
  Json list = Json::array();
  for (const ExplainedConstant& constant : scenario.constants)
    list.push_back({constant.owner, constant.key, constant.value, origin_name(constant.origin),
                    sources.index_of(constant.source)});
  return list;
}

Json sweeps_json(const std::vector<barrel::Sweep>& sweeps) {
  Json list = Json::array();
  for (const barrel::Sweep& sweep : sweeps) {
    Json points = Json::array();
    for (const auto& [factor, relative] : sweep.points) points.push_back({factor, rounded(relative, 1e-5)});
    list.push_back({{"stave", stave_name(barrel::stave_of(sweep.knob))}, {"points", points}});
  }
  return list;
}

Json job_json(const iteration::Job& job) {
  return {{"model", job.model.title.empty() ? job.model.id : job.model.title},
          {"parameters", model::parameters(job.model).total()},
          {"active", model::active_parameters(job.model)},
          {"tokens", job.training.tokens}};
}

Json scenario_json(const PageScenario& scenario, Sources& sources) {
  const Answer& answer = scenario.compared.answer;
  const WholeRun& whole = *answer.whole;
  Json played = Json::array();
  for (const double days : whole.distribution.days) played.push_back(rounded(days, 0.01));
  const Published& published = scenario.compared.published;
  return {
      {"name", answer.job->name},
      {"job", job_json(*answer.job)},
      {"answer", Json::parse(answer_json(answer))},
      {"campaign", Json::parse(whole_run_json(whole, &scenario.campaign, answer.job->name))},
      {"barrel", Json::parse(barrel_json(scenario.barrel))},
      {"published", published.days > 0 ? Json{{"days", published.days}, {"source", published.source}} : Json(nullptr)},
      {"days", played},
      {"sweeps", sweeps_json(scenario.sweeps)},
      {"gantt", Json::parse(gantt_json(scenario.timeline))},
      {"links", Json::parse(link_loads_json(scenario.timeline))},
      {"constants", constants_json(scenario, sources)},
      {"config", scenario.config}};
}

Json studies_json(const std::vector<PageStudy>& studies) {
  Json list = Json::array();
  for (const PageStudy& study : studies)
    list.push_back({{"name", study.name}, {"text", study.text}, {"pictures", study.pictures}});
  return list;
}

Json rules_json(const ChipVerdicts& verdicts) {
  Json rules = Json::array(), chips = Json::array();
  for (const policy::Rule& rule : verdicts.rules)
    rules.push_back({{"id", rule.id}, {"title", rule.title}, {"from", rule.from}});
  for (const Json& chip : Json::parse(chips_json(verdicts))) {
    chips.push_back({{"id", chip["id"]},
                     {"tpp", chip["tpp"]},
                     {"density", chip["performance_density"]},
                     {"verdicts", chip["verdicts"]}});
  }
  return {{"destination", verdicts.destination}, {"rules", rules}, {"chips", chips}};
}

// Inside a script element only the end of the element must not appear.
std::string embedded(const std::string& json) {
  std::string text;
  for (const char c : json) text += c == '<' ? "\\u003c" : std::string(1, c);
  return text;
}

std::string escaped(const std::string& text) {
  std::string made;
  for (const char c : text) made += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return made;
}

// Puts texts in the places that the page names; what is put in is not looked at again.
std::string filled(std::string_view page, const std::map<std::string, std::string>& texts) {
  std::string made;
  while (!page.empty()) {
    const std::size_t begin = page.find('@');
    const std::size_t end = begin == std::string_view::npos ? begin : page.find('@', begin + 1);
    if (end == std::string_view::npos) break;
    const auto found = texts.find(std::string(page.substr(begin + 1, end - begin - 1)));
    made += page.substr(0, begin);
    made += found == texts.end() ? std::string(page.substr(begin, end - begin + 1)) : found->second;
    page.remove_prefix(end + 1);
  }
  return made + std::string(page);
}

}  // namespace

std::string page_html(const std::vector<PageScenario>& scenarios, const std::vector<PageStudy>& studies,
                      const ChipVerdicts& verdicts, const ChipVerdicts& catalogue, Language language,
                      Audience audience) {
  Sources sources;
  Json list = Json::array();
  std::string names;
  for (const PageScenario& scenario : scenarios) {
    list.push_back(scenario_json(scenario, sources));
    names += (names.empty() ? "" : ", ") + scenario.compared.answer.job->name;
  }
  const Json data{{"version", kVersion},
                  {"audience", audience == Audience::engineer ? "engineer" : "policy"},
                  {"scenarios", list},
                  {"studies", studies_json(studies)},
                  {"export", rules_json(verdicts)},
                  {"catalogue", audience == Audience::policy ? Json::parse(cases_json(catalogue)) : Json::array()},
                  {"sources", sources.list()}};
  const bool english = language == Language::english;
  const std::string_view words = english ? kPageWordsEnglish : kPageWordsChinese;
  return filled(kPageHtml, {{"LANG", english ? "en" : "zh-CN"},
                            {"TITLE", escaped(names)},
                            {"STYLE", std::string(kPageStyle)},
                            {"DATA", embedded(data.dump())},
                            {"WORDS", embedded(Json::parse(words).dump())},
                            {"SCRIPT", std::string(kPageScript)}});
}

}  // namespace sim::report
