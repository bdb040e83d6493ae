add_library(sim_warnings INTERFACE)
target_compile_options(sim_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
# No fused multiply-add: folded and unfolded runs must round alike on every machine.
target_compile_options(sim_warnings INTERFACE -ffp-contract=off)
# g++ 12 sees overlapping copies in std::string concatenation where there are none (GCC bug 105651).
target_compile_options(sim_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
