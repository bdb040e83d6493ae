#include "sim/validate/refusal.hpp"

#include "sim/base/error.hpp"
#include "sim/validate/record_job.hpp"

namespace sim::validate {
namespace {

std::string message_of(const InputError& error) {
  const Diagnostic& first = error.diagnostics().front();
  return first.hint.empty() ? first.message : first.message + " (" + first.hint + ")";
}

}  // namespace

const char* status_name(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::unsupported:
      return "unsupported";
    case Status::infeasible:
      break;
  }
  return "infeasible";
}

std::optional<Refusal> refusal_of(const std::function<void()>& predict) {
  try {
    predict();
  } catch (const Unsupported& error) {
    return Refusal{Status::unsupported, error.what()};
  } catch (const InputError& error) {
    if (!error.diagnostics().front().mark.file.empty()) throw;
    const bool is_infeasible = error.exit_code() == ExitCode::infeasible;
    return Refusal{is_infeasible ? Status::infeasible : Status::unsupported, message_of(error)};
  }
  return std::nullopt;
}

}  // namespace sim::validate
