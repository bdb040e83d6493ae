#pragma once

#include "sim/hardware/software.hpp"
#include "sim/parallel/strategy.hpp"
#include "sim/validate/record.hpp"

namespace sim::validate {

/// The record's cut. Layers that do not divide by pp x vpp: embedding and loss take a layer's place each where that
/// divides; otherwise the split is even but for the remainder, which goes to the first virtual stages. Expert tensor
/// parallelism is tp where ep x tp divides tp x cp x dp, else 1. vpp counts only with pp > 1. Throws Unsupported for
/// schedules and recompute rules that the simulator lacks, infeasible when the degrees do not multiply to the chips.
[[nodiscard]] parallel::Strategy strategy_of(const Record& record, const hardware::SoftwarePreset& software);

/// What runs beside computation: first what the preset's date does, then what the source states in known phrases.
/// "none" and "all overlap switched off" turn everything off.
[[nodiscard]] parallel::Overlap overlap_of(const RecordRun& run, const hardware::SoftwarePreset& software);

/// True when the source says that tensor-parallel exchanges of the backward pass are not hidden, whatever the preset.
[[nodiscard]] bool denies_tensor_overlap(const RecordRun& run);

}  // namespace sim::validate
