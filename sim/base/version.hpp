#pragma once

namespace sim {

/// Version of the command and of the numbers that it prints; the same as in CMakeLists.txt (a test compares them).
inline constexpr const char* kVersion = "0.1.0";

}  // namespace sim
