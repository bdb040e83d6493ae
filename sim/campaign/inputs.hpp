#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/campaign/money.hpp"
#include "sim/campaign/plan.hpp"

namespace sim::campaign {

/// Parts of one kind, as a file of catalog/reliability lists them.
struct Part {
  enum class Per { chip, node, fleet };
  std::string name;
  Per per = Per::chip;                ///< one in every chip, in every node, or one in all
  Sourced<Seconds> between_failures;  ///< mean, of one part
  double shape = 1;
  double early_factor = 1;
  Seconds early;
  Scope takes = Scope::process;
  double repair_share = 0;
  Seconds detection;
  double slowdown = 1;
};

/// What fails, and what happens then: a file of catalog/reliability, or `reliability` of a scenario.
struct Reliability {
  std::string id;
  std::string date;
  std::string notes;
  std::vector<Part> parts;
  double rate_factor = 1;  ///< over all rates
  Sourced<Seconds> diagnosis, restart, manual, repair;
  Sourced<double> manual_share;
  Sourced<double> spare_share;  ///< nodes that stand ready over those at work; what the fleet lacks of it is added
  bool shrink = false;
  std::optional<Evaluation> evaluation;
  std::optional<Maintenance> maintenance;
};

/// Where checkpoints go: `storage` of a scenario.
struct Storage {
  Sourced<BytesPerSecond> write_rate, read_rate;  ///< of one node
  Sourced<BytesPerSecond> total_rate;             ///< of the file system; 0: no limit but the nodes'
  bool asynchronous = true;                       ///< steps go on while a copy in host memory is written
  Sourced<BytesPerSecond> snapshot_rate;          ///< of one chip into host memory
  Seconds every;                                  ///< of steps between two checkpoints; 0: the best
  Seconds memory_every;                           ///< of steps between copies in host memory alone; 0: none
  Scope memory_survives = Scope::process;         ///< node: a copy on another node as well
};

/// How often to play, and how wide the inputs are.
struct Uncertainty {
  struct Range {
    double p10 = 1, p90 = 1;
  };
  int samples = 200;
  std::int64_t seed = 1;
  Range failure_rate{0.5, 2}, downtime{0.5, 2}, repair_time{0.5, 2}, storage_time{0.67, 1.5}, power{0.95, 1.05};
};

/// Tokens of one batch size and sequence length before the run's own.
struct PhaseInput {
  double tokens = 0;
  std::int64_t global_batch = 0;     ///< sequences; 0: the run's
  std::int64_t sequence_length = 0;  ///< tokens; 0: the run's
};

/// When the chips of a fleet entry come.
struct Arrival {
  std::optional<Moment> at;  ///< empty: they are there
  std::int64_t monthly = 0;  ///< chips a month, the first at `at`; 0: all at once
};

/// All that a scenario says of the whole run.
struct Inputs {
  std::optional<Moment> start;
  std::vector<Arrival> arrivals;  ///< by fleet entry
  std::vector<PhaseInput> phases;
  Reliability reliability;
  Storage storage;
  Uncertainty uncertainty;
  Economics economics;
};

}  // namespace sim::campaign
