#include "sim/cli/chakra_option.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <iostream>

#include "sim/base/quantity.hpp"
#include "sim/cli/output_folder.hpp"
#include "sim/cli/solve.hpp"
#include "sim/replay/export.hpp"

namespace sim::cli {
namespace {

// A scenario's name may have a slash or a blank, a file's better not.
std::string file_name(const std::string& name) {
  std::string plain;
  for (const char letter : name) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-';
    plain += is_plain ? letter : '_';
  }
  return plain.empty() ? "trace" : plain.substr(0, 100);
}

}  // namespace

CLI::Option* add_chakra_options(CLI::App& command, ChakraOptions& options) {
  CLI::Option* chakra = command.add_option("--chakra", options.folder,
                                           "also write what each rank does, as Chakra execution traces for astra-sim");
  chakra->type_name("FOLDER")->check([](const std::string& name) { return name.empty() ? "a folder is missing" : ""; });
  command.add_option("--chakra-ranks", options.ranks, "only these ranks: --chakra-ranks 0,8")
      ->delimiter(',')
      ->type_name("RANK,...")
      ->needs(chakra);
  return chakra;
}

void write_chakra_folder(const ChakraOptions& options, const iteration::Job& job, const CommonOptions& common) {
  const std::vector<std::uint32_t> ranks = replay::ranks_to_write(job, options.ranks);
  const replay::TraceExport traces(job);
  const std::string name = file_name(job.name);
  OutputFolder folder(options.folder);
  double bytes = 0;
  for (const std::uint32_t rank : ranks) {
    const std::string text = chakra::encode(traces.trace_of(rank));
    folder.add(name + "." + std::to_string(rank) + ".et", text);
    bytes += static_cast<double>(text.size());
  }
  folder.add(name + ".groups.json", chakra::groups_json(traces.groups_of(ranks)));
  folder.finish();
  print_notes(traces.notes(), common);
  if (common.quiet) return;
  const std::string size = format_quantity(bytes, "data");
  std::cerr << options.folder << ": execution traces of " << ranks.size()
            << (ranks.size() == 1 ? " rank, " : " ranks, ") << size << "\n";
}

}  // namespace sim::cli
