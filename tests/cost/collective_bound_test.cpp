#include <vector>

#include "sim/cost/collective_time.hpp"
#include "tests/cost/constants.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using cost::Collective;
using cost::GroupShape;

namespace {

// A message has two ends.
std::vector<Collective> collectives(const GroupShape& shape) {
  std::vector<Collective> all{Collective::all_reduce, Collective::all_gather, Collective::reduce_scatter,
                              Collective::all_to_all};
  if (shape.ranks == 2) all.push_back(Collective::send);
  return all;
}

struct Machine {
  const char* name;
  const hardware::LinkGeneration* link;
  double links;
  double nic_gb_s;
  const hardware::NetworkKind* network;
};

const std::vector<Machine> kMachines{
    {"V100", &test::nvlink2(), 6, 6.25, &test::infiniband()}, {"A100", &test::nvlink3(), 12, 25, &test::roce()},
    {"H100", &test::nvlink4(), 18, 50, &test::infiniband()},  {"H800", &test::nvlink4(), 8, 50, &test::efa()},
    {"B200", &test::nvlink5(), 18, 50, &test::efa()},         {"PCIe", nullptr, 0, 12.5, &test::roce()}};

GroupShape group(const Machine& machine, int nodes, int local) {
  GroupShape shape;
  shape.ranks = nodes * local;
  shape.nodes = nodes;
  shape.ranks_per_node = local;
  shape.nics_per_node = local;
  shape.nic_rate = gigabytes_per_second(machine.nic_gb_s);
  shape.links = machine.links;
  shape.link = machine.link;
  shape.network = machine.network;
  shape.host_path = gigabytes_per_second(20);
  return shape;
}

// 2 to 1,024 ranks: inside one node, and in nodes of 1, 2, 4 and 8.
std::vector<GroupShape> groups(const Machine& machine) {
  std::vector<GroupShape> shapes;
  for (int local = 2; local <= 8; ++local) shapes.push_back(group(machine, 1, local));
  for (const int local : {1, 2, 4, 8}) {
    for (int nodes = 2; nodes * local <= 1024; nodes += nodes < 8 ? 1 : nodes / 2) {
      shapes.push_back(group(machine, nodes, local));
    }
  }
  return shapes;
}

std::vector<double> sizes() {
  std::vector<double> values;
  for (double bytes = 1024; bytes <= 16.0 * 1024 * 1024 * 1024; bytes *= 2) values.push_back(bytes);
  return values;
}

}  // namespace

TEST_CASE("no collective is faster than its bytes over the slowest link") {
  for (const Machine& machine : kMachines) {
    for (const GroupShape& shape : groups(machine)) {
      for (const Collective collective : collectives(shape)) {
        bool respected = true;
        for (const double bytes : sizes()) {
          const Seconds bound = lower_bound(collective, shape, Bytes(bytes));
          respected =
              respected && bound.value() > 0 && collective_time(collective, shape, Bytes(bytes)).transfer >= bound;
        }
        CAPTURE(machine.name, shape.nodes, shape.ranks_per_node, static_cast<int>(collective));
        CHECK(respected);
      }
    }
  }
}

TEST_CASE("more bytes never take less time") {
  for (const Machine& machine : kMachines) {
    for (const GroupShape& shape : groups(machine)) {
      for (const Collective collective : collectives(shape)) {
        Seconds last;
        bool grows = true;
        for (const double bytes : sizes()) {
          const Seconds time = collective_time(collective, shape, Bytes(bytes)).total();
          grows = grows && time > last;
          last = time;
        }
        CAPTURE(machine.name, shape.nodes, shape.ranks_per_node, static_cast<int>(collective));
        CHECK(grows);
      }
    }
  }
}

TEST_CASE("an all-reduce never gets faster when nodes join with the same chips each") {
  for (const Machine& machine : kMachines) {
    for (const int local : {1, 2, 4, 8}) {
      for (const double bytes : sizes()) {
        Seconds last;
        bool grows = true;
        for (int nodes = 2; nodes * local <= 1024; nodes += nodes < 8 ? 1 : nodes / 2) {
          const Seconds time =
              collective_time(Collective::all_reduce, group(machine, nodes, local), Bytes(bytes)).total();
          grows = grows && time >= last;
          last = time;
        }
        CAPTURE(machine.name, local, bytes);
        CHECK(grows);
      }
    }
  }
}
