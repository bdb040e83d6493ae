// SimGrid (https://simgrid.org) shares links by max-min fairness too; its rates are an independent answer.

#include <algorithm>
#include <random>
#include <simgrid/s4u.hpp>
#include <string>

#include "sim/flow/max_min.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace sg = simgrid::s4u;

/// Links of random capacity, and flows that cross up to four of them.
struct FlowCase {
  std::vector<std::int64_t> capacity;
  std::vector<std::vector<std::uint32_t>> flows;
};

FlowCase draw(unsigned seed) {
  std::mt19937 random(seed);
  FlowCase made;
  const auto links = static_cast<std::uint32_t>(3 + random() % 12);
  for (std::uint32_t link = 0; link < links; ++link) {
    made.capacity.push_back(static_cast<std::int64_t>(1000 + random() % 100000));
  }
  const std::size_t flows = 2 + random() % 59;
  for (std::size_t flow = 0; flow < flows; ++flow) {
    std::vector<std::uint32_t> crossed;
    for (std::size_t hop = 1 + random() % 4; hop > 0; --hop) {
      const auto link = static_cast<std::uint32_t>(random() % links);
      if (std::find(crossed.begin(), crossed.end(), link) == crossed.end()) crossed.push_back(link);
    }
    made.flows.push_back(crossed);
  }
  return made;
}

std::vector<double> our_rates(const FlowCase& one) {
  sim::flow::Rows rows;
  for (const auto& crossed : one.flows) {
    for (const std::uint32_t link : crossed) rows.add(link, 1);
    rows.close_row();
  }
  return sim::flow::max_min_levels(one.capacity, rows, 1e18);
}

/// Lays the case into the platform, with hosts of its own for every flow.
struct Laid {
  std::vector<sg::Host*> from, to;
};

Laid lay(sg::NetZone* zone, const FlowCase& one, const std::string& name) {
  Laid laid;
  std::vector<sg::Link*> links;
  for (std::size_t link = 0; link < one.capacity.size(); ++link) {
    links.push_back(zone->create_link(name + "l" + std::to_string(link), static_cast<double>(one.capacity[link]))
                        ->set_latency(0)
                        ->seal());
  }
  for (std::size_t flow = 0; flow < one.flows.size(); ++flow) {
    const std::string host = name + "h" + std::to_string(flow);
    laid.from.push_back(zone->create_host(host + "a", 1e9)->seal());
    laid.to.push_back(zone->create_host(host + "b", 1e9)->seal());
    std::vector<sg::LinkInRoute> route;
    for (const std::uint32_t link : one.flows[flow]) route.emplace_back(links[link]);
    zone->add_route(laid.from.back()->get_netpoint(), laid.to.back()->get_netpoint(), nullptr, nullptr, route, false);
  }
  return laid;
}

/// Rates of all flows of all cases at once: bytes that each has moved after one second.
std::vector<std::vector<double>> simgrid_rates(const std::vector<FlowCase>& cases) {
  constexpr double kBytes = 1e12, kSeconds = 1;
  static char program[] = "oracle", quiet[] = "--log=root.thresh:warning";
  static char* arguments[] = {program, quiet, nullptr};
  int count = 2;
  sg::Engine engine(&count, arguments);
  for (const char* setting : {"network/model:CM02", "network/bandwidth-factor:1.0", "network/latency-factor:1.0",
                              "network/weight-S:0", "network/crosstraffic:0"}) {
    sg::Engine::set_config(setting);
  }
  sg::NetZone* zone = sg::create_full_zone("all");
  std::vector<Laid> laid;
  for (std::size_t i = 0; i < cases.size(); ++i) laid.push_back(lay(zone, cases[i], "c" + std::to_string(i)));
  zone->seal();
  std::vector<std::vector<double>> rates(cases.size());
  sg::Actor::create("starter", laid.front().from.front(), [&] {
    std::vector<std::vector<sg::CommPtr>> moving(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      for (std::size_t flow = 0; flow < cases[i].flows.size(); ++flow) {
        sg::CommPtr comm = sg::Comm::sendto_init(laid[i].from[flow], laid[i].to[flow]);
        comm->set_payload_size(static_cast<std::uint64_t>(kBytes));
        comm->vetoable_start();
        moving[i].push_back(comm);
      }
    }
    sg::this_actor::sleep_for(kSeconds);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      for (const sg::CommPtr& comm : moving[i]) rates[i].push_back((kBytes - comm->get_remaining()) / kSeconds);
    }
    for (auto& comms : moving) {
      for (const sg::CommPtr& comm : comms) comm->cancel();
    }
  });
  engine.run();
  return rates;
}

}  // namespace

TEST_CASE("max-min levels are SimGrid's rates on 40 random systems") {
  std::vector<FlowCase> cases;
  for (unsigned seed = 1; seed <= 40; ++seed) cases.push_back(draw(seed));
  const auto theirs = simgrid_rates(cases);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::vector<double> ours = our_rates(cases[i]);
    REQUIRE(theirs[i].size() == ours.size());
    for (std::size_t flow = 0; flow < ours.size(); ++flow) {
      CAPTURE(i, flow);
      CHECK_THAT(theirs[i][flow], WithinRel(ours[flow], 1e-5));
    }
  }
}
