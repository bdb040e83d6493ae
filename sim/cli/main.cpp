#include "sim/cli/command.hpp"

int main(int argc, char** argv) {
  return sim::cli::run_command(argc, argv);
}
