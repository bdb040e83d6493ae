#pragma once

#include <functional>
#include <optional>
#include <string>

namespace sim::validate {

enum class Status {
  ok,           ///< simulated
  unsupported,  ///< uses a chip or mechanism that the simulator does not have
  infeasible,   ///< contradicts itself or breaks a rule of the strategy
};

/// "ok", "unsupported" or "infeasible".
[[nodiscard]] const char* status_name(Status status);

/// Why a measurement cannot be compared with a prediction.
struct Refusal {
  Status status = Status::unsupported;
  std::string reason;
};

/// Runs `predict`; what it refuses about the measurement (Unsupported, InputError without a place) is returned. An
/// error with a place is about a file of the catalogue and passes through.
[[nodiscard]] std::optional<Refusal> refusal_of(const std::function<void()>& predict);

}  // namespace sim::validate
