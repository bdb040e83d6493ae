#pragma once

#include "sim/engine/system.hpp"

namespace sim::oracle {

/// The rules of engine::System played one picosecond at a time: no queue, no events to retime, and all shares solved
/// from nothing. Slow and short, so that it can be checked by reading.
class Stepper {
 public:
  explicit Stepper(const engine::System& system);

  /// When each actor finishes, ps. Throws InternalError when some have not finished after `most` ps.
  std::vector<std::int64_t> run(std::int64_t most);

  /// Instances of meetings that ran while another flow kept them below level 1.
  [[nodiscard]] int shared() const { return shared_; }

 private:
  struct Actor {
    std::uint32_t next = 0;  // instruction
    bool is_delayed = false;
    double work = 0;           // ps of its delay that are left
    std::int64_t finish = -1;  // -1: not yet
  };
  struct Meeting {
    std::uint32_t ended = 0;  // instances
    bool is_running = false;
    bool was_shared = false;
    std::int64_t latency = 0;  // ps left
    double work = 0;           // ps of transfer left at level 1
    engine::Activity activity;
  };

  bool settle();  // does what can be done at this picosecond; false: nothing was left to do
  bool follow(std::uint32_t actor);
  bool try_begin(std::uint32_t meeting);
  bool try_end(std::uint32_t meeting);
  void share();
  void pass_one_picosecond();

  const engine::System& system_;
  std::int64_t now_ = 0;
  int shared_ = 0;
  std::vector<Actor> actors_;
  std::vector<Meeting> meetings_;
  std::vector<std::vector<std::uint32_t>> posted_;  // by actor * slots + slot: operations, in order
  std::vector<std::uint32_t> flowing_;              // rows of active flows at the last share()
  std::vector<double> level_;                       // by row
};

}  // namespace sim::oracle
