#include <nlohmann/json.hpp>

#include "tests/cli/shell.hpp"
#include "tests/support/catch.hpp"

using namespace sim::test;

namespace {

/// Runs `line` with $folder, an empty folder that is removed afterwards.
std::string in_folder(const std::string& line) {
  return output_of("folder=$(mktemp -d) && trap 'rm -r \"$folder\"' EXIT && " + line);
}

nlohmann::json metrics_of(const std::string& text) {
  nlohmann::json metrics = nlohmann::json::parse(text);
  for (const char* words : {"title", "name", "topology"}) metrics.erase(words);  // they name the file
  return metrics;
}

void check_close(const nlohmann::json& a, const nlohmann::json& b) {
  REQUIRE(a.size() == b.size());
  const nlohmann::json left = a.flatten(), right = b.flatten();
  for (const auto& [key, value] : left.items()) {
    CAPTURE(key);
    if (!value.is_number()) {
      CHECK(value == right[key]);
      continue;
    }
    CHECK_THAT(right[key].get<double>(), WithinRel(value.get<double>(), 1e-6));
  }
}

}  // namespace

TEST_CASE("a machine that was written as a graph reads back to the same figures") {
  const std::string name =
      GENERATE("dgx_h100_rail_ndr400 --chips 512", "h800_planes_ndr400 --chips 512", "dgx1_v100_single",
               "tpu_v4_slices_dcn", "frontier_dragonfly_slingshot200 --chips 2048");
  CAPTURE(name);
  const nlohmann::json drawn = metrics_of(output_of("$simulate topology " + name + " --json"));
  for (const std::string end : {"graphml", "dot"}) {
    check_close(drawn, metrics_of(in_folder("$simulate topology " + name + " --" + end + " $folder/m." + end +
                                            " >/dev/null && $simulate topology $folder/m." + end + " --json")));
  }
}

TEST_CASE("a graph that is read and written again says the same, its title and sources too") {
  // Edges of a mesh may come in another order.
  const std::string name = GENERATE("dgx_h100_rail_ndr400 --chips 40", "dgx_h100_single", "tpu_v4_slices_dcn",
                                    "frontier_dragonfly_slingshot200 --chips 512", "scenarios/quickstart.yaml");
  CAPTURE(name);
  for (const std::string end : {"graphml", "dot"}) {
    const std::string lines =
        in_folder("$simulate topology " + name + " --" + end + " $folder/a." + end +
                  " >/dev/null && $simulate topology " + "$folder/a." + end + " --" + end + " $folder/b." + end +
                  " >/dev/null && sort $folder/a." + end + " >$folder/a && sort $folder/b." + end +
                  " >$folder/b && diff $folder/a $folder/b && grep -c title " + "$folder/b");
    CHECK(lines == (end == "dot" ? "1\n" : "2\n"));  // GraphML declares the key, too
  }
}

TEST_CASE("a scenario on the graph of its fleet has the answer that it has on the topology") {
  // Two pods of four nodes: trunks two to one, so that their sharing counts.
  const std::string run =
      "$simulate run scenarios/quickstart.yaml --json --no-gains --set fleet.0.count=64 --set parallel.dp=32 ";
  const std::string yaml =
      "printf 'node: dgx-h100\\nfabric: {kind: rail_fat_tree, network: infiniband-ndr, nodes_per_pod: 4, "
      "oversubscription: 2}\\ndefault_chips: 64\\n' >$folder/m.yaml && ";
  const nlohmann::json on_yaml = nlohmann::json::parse(in_folder(yaml + run + "--set fleet.0.topology=$folder/m.yaml"));
  const nlohmann::json on_graph = nlohmann::json::parse(
      in_folder(yaml + "$simulate topology $folder/m.yaml --graphml $folder/m.graphml >/dev/null && " + run +
                "--set fleet.0.topology=$folder/m.graphml"));
  const double days = on_yaml["run"]["ideal_days"].get<double>();
  CHECK(days > 0);
  CHECK_THAT(on_graph["run"]["ideal_days"].get<double>(), WithinRel(days, 1e-9));
}

TEST_CASE("what import writes is a topology that reads back") {
  const std::string nccl = in_folder(
      "tail -n +2 fuzz/corpus/import/nccl_mesh >$folder/t.xml && $simulate import nccl-topology $folder/t.xml "
      "--chip V100-SXM2-32GB >$folder/t.yaml && $simulate topology $folder/t.yaml --json");
  CHECK(metrics_of(nccl)["chips"] == 2);
  const std::string slurm = in_folder(
      "tail -n +2 fuzz/corpus/import/slurm_tree >$folder/topology.conf && $simulate import slurm-topology "
      "$folder/topology.conf --node dgx-h100 --network infiniband-ndr >$folder/t.yaml && "
      "$simulate topology $folder/t.yaml --json");
  CHECK(metrics_of(slurm)["chips"] == 32 * 8);
  const std::string graph = in_folder(
      "$simulate topology dgx_h100_rail_ndr400 --chips 512 --dot $folder/m.dot >/dev/null && $simulate import "
      "graph $folder/m.dot >$folder/t.yaml && $simulate topology $folder/t.yaml --json");
  check_close(metrics_of(output_of("$simulate topology dgx_h100_rail_ndr400 --chips 512 --json")), metrics_of(graph));
}
