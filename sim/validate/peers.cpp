#include "sim/validate/peers.hpp"

#include "sim/config/yaml_source.hpp"
#include "sim/validate/csv_table.hpp"

namespace sim::validate {

std::vector<Peer> read_peers(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  CsvTable table(source.text(), source.name(), {"name", "mape", "scope", "kind", "remark"});
  std::vector<Peer> peers;
  while (table.next()) {
    peers.push_back(
        {table.word("name"), table.positive("mape"), table.word("scope"), table.word("kind"), table.word("remark")});
  }
  table.finish();
  return peers;
}

std::vector<KnownMiss> read_known_misses(const std::string& path) {
  const config::YamlSource source = config::read_source(path);
  CsvTable table(source.text(), source.name(), {"id", "reason"});
  std::vector<KnownMiss> misses;
  while (table.next()) misses.push_back({table.word("id"), table.word("reason")});
  table.finish();
  return misses;
}

}  // namespace sim::validate
