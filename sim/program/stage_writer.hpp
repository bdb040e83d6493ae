#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/program/build.hpp"
#include "sim/program/chunk_price.hpp"
#include "sim/program/emitter.hpp"
#include "sim/program/messages.hpp"
#include "sim/program/state_traffic.hpp"

namespace sim::program {

/// Writes the program of one stage on one kind of chip.
class StageWriter {
 public:
  StageWriter(const IterationPlan& plan, const ChipPlan& chip, const std::vector<ChunkPrice>& chunks,
              const Messages& messages, int stage, Emitter& emitter);

  void write();

 private:
  using Task = parallel::Task;
  using Pass = parallel::Pass;

  /// What the units of one pass wait for, by unit in the order of the pass.
  struct Ahead {
    std::size_t next = 0;
    std::vector<StateTraffic::Posted> gathered;
    std::vector<std::uint32_t> fetched;
  };

  void find_exchange_order();
  void find_ends();
  [[nodiscard]] bool gathers_ahead() const;
  [[nodiscard]] bool is_pair(std::size_t index) const;
  [[nodiscard]] bool reduces_in(const Task& task) const;
  [[nodiscard]] const ChunkPrice& units_of(const Task& task) const {
    return *chunks_[static_cast<std::size_t>(task.chunk)];
  }

  [[nodiscard]] std::string name_of(const Task& task) const;
  [[nodiscard]] std::string unit_name(const Task& task, std::size_t place) const;
  void gather_all();
  void receive(const Task& task);
  void send(const Task& task);
  void run(const Task& task);
  void run_pair(const Task& forward, const Task& backward);
  void wait_until_left(const Task& task);
  void fetch_ahead(const Task& task, std::size_t index, Ahead& ahead);
  void finish_gradients();
  void step_optimizer();
  void step_on_host(double owned);
  [[nodiscard]] Bytes message_bytes() const;

  const IterationPlan& plan_;
  const parallel::Strategy& strategy_;
  const ChipPlan& chip_;
  const PassPricing& pricing_;
  const parallel::Schedule& schedule_;
  const Messages& messages_;
  int stage_;
  Emitter& emitter_;
  StateTraffic traffic_;
  std::vector<const ChunkPrice*> chunks_;
  std::vector<std::size_t> exchange_order_;            ///< chunks by virtual stage
  std::vector<Task> first_forward_, last_gradient_;    ///< by chunk
  std::vector<StateTraffic::Posted> gathered_;         ///< by chunk, ahead of the first forward pass
  std::map<std::pair<int, int>, std::uint32_t> left_;  ///< last copy to the host, by chunk and micro-batch
  bool has_gathered_ = false;
};

}  // namespace sim::program
