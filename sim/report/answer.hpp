#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/barrel/barrel.hpp"
#include "sim/iteration/simulate.hpp"
#include "sim/report/whole_run.hpp"
#include "sim/validate/interval.hpp"

namespace sim::report {

/// Figures that text and JSON share.
struct Answer {
  const iteration::Job* job = nullptr;
  const iteration::IterationResult* result = nullptr;
  double steps = 0;
  double ideal_days = 0;   ///< steps x iteration time; no failures
  double six_nd_days = 0;  ///< 6ND over the peak of the working chips at the simulated utilisation of 6ND alone
  double mfu = 0;
  double hfu = 0;
  double tokens_per_second = 0;
  Bytes capacity;                              ///< of the chips of the fullest stage
  std::size_t fullest_stage = 0;               ///< by share of its chips' memory
  std::vector<std::string> assumed;            ///< constants that the answer rests on and nobody measured or published
  const WholeRun* whole = nullptr;             ///< null: only the ideal days are known
  std::optional<barrel::Outline> outline;      ///< what lengthening each stave brings
  std::optional<validate::Interval> interval;  ///< of the iteration time, by measured runs; empty: no table of them
};

[[nodiscard]] Answer make_answer(const iteration::Job& job, const iteration::IterationResult& result,
                                 std::vector<std::string> assumed,
                                 std::optional<validate::Interval> interval = std::nullopt);

/// Name of a stave as text and JSON spell it.
[[nodiscard]] const char* stave_name(iteration::Stave stave);

/// "gpt4_h20: GPT-4-scale MoE (1.83T parameters, 277B active), 13T tokens, on 10,000 H20-SXM-96GB".
[[nodiscard]] std::string title_line(const iteration::Job& job);

/// One screen: days first, then the staves. `color` adds terminal emphasis.
[[nodiscard]] std::string answer_text(const Answer& answer, bool color);
[[nodiscard]] std::string answer_json(const Answer& answer);

/// One line on how the simulation itself went: ranks, cells, events and CPU time by phase.
[[nodiscard]] std::string simulation_line(const iteration::SimulationFacts& facts);

/// Memory by stage, largest items named.
[[nodiscard]] std::string memory_text(const iteration::Job& job, const std::vector<parallel::StageMemory>& stages);
[[nodiscard]] std::string memory_json(const iteration::Job& job, const std::vector<parallel::StageMemory>& stages);

}  // namespace sim::report
