#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/targets.hpp"

// What libFuzzer calls with every input. SIM_FUZZ_TARGET is one of the functions of targets.hpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim::fuzz::SIM_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
