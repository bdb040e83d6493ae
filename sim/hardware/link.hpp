#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/base/units.hpp"

namespace sim::hardware {

/// Collective constants of one scale-up link generation: a file of catalog/links. Letters as in docs/model.md.
struct LinkGeneration {
  std::string id;
  Sourced<BytesPerSecond> usable_rate;   ///< bl: per link and direction, what the collective library reaches
  Sourced<Seconds> ring_start;           ///< t0
  Sourced<Seconds> ring_step;            ///< a, per ring step
  Sourced<Seconds> ring_fill;            ///< F, saturation of the pipeline-fill loss
  Sourced<BytesPerSecond> copy_rate;     ///< Bc, own part copied by the cores
  bool in_switch_reduction = false;      ///< NVLS
  int in_switch_minimum_ranks = 5;       ///< smallest group that uses it
  Sourced<double> in_switch_efficiency;  ///< ev
  Sourced<Seconds> in_switch_start;      ///< tv
  Sourced<Seconds> in_switch_fill;       ///< Fv
  Sourced<Seconds> all_to_all_start;     ///< ta
  Sourced<Seconds> all_to_all_fill;      ///< La
  Sourced<double> in_step_share{1.0, Origin::assumed, "as on an idle machine",
                                0};                   ///< rate inside a training step over its benchmark
  std::optional<Sourced<double>> collective_cores{};  ///< of a chip's cores, those that a collective's kernel holds
  std::optional<Sourced<double>> message_cores{};     ///< the same of a ring step that neighbours exchange
  // What a library of some age adds (catalog/collectives): rings and in-switch reductions inside a node last at least
  // `floor` and floor_step for each ring step, from `large_floor_from` on at least `large_floor`.
  Sourced<Seconds> floor{};
  Sourced<Seconds> floor_step{};
  Sourced<Seconds> large_floor{};
  Sourced<Bytes> large_floor_from{};
  // Direct sends of one message to each peer: small ones by a low-latency protocol, which all_to_all_start and
  // all_to_all_fill do not describe; larger ones last at least `message_floor`.
  Sourced<Bytes> quick_message{};        ///< largest of the small ones; 0: there are none
  Sourced<Seconds> quick_start{};        ///< of small messages
  Sourced<BytesPerSecond> quick_rate{};  ///< at which each of them moves
  Sourced<Seconds> message_floor{};
  // Of groups of `wide_ranks` and more in one domain, over the rates of smaller ones; 0: there are no such groups.
  int wide_ranks = 0;
  Sourced<double> wide_ring_share{1.0, Origin::assumed, "", 0};
  Sourced<double> wide_direct_share{1.0, Origin::assumed, "", 0};
  Sourced<double> wide_in_switch_efficiency{};  ///< instead of ev
};

/// Collective constants of one kind of scale-out network: a file of catalog/networks.
struct NetworkKind {
  std::string id;
  Sourced<double> efficiency;         ///< e: share of the NIC rate that trees reach; rings reach e + 0.03
  Sourced<Seconds> hop;               ///< th: tree step between nodes
  Sourced<Bytes> bytes_in_flight;     ///< c
  Sourced<Bytes> roll_off;            ///< h: message size per rail at which a hop's fill saturates
  Sourced<Seconds> start;             ///< b0
  Sourced<Seconds> ring_hop;          ///< tx: ring step between nodes
  bool low_latency_protocol = true;   ///< LL128 rings are available between nodes (not on EFA)
  bool in_network_reduction = false;  ///< IB SHARP
  Sourced<double> in_step_share{1.0, Origin::assumed, "as on an idle machine",
                                0};  ///< NIC rate inside a training step over its benchmark
  Sourced<double>
      routing_efficiency;  ///< share of leaf uplinks and trunks that the routing fills (1 = adaptive, 0.7 = plain ECMP)
};

/// An age of the collective library, or that on one platform: a file of catalog/collectives. Beside these keys such a
/// file has `links`, by link generation the constants that differ from the file of catalog/links.
struct CollectiveLibrary {
  std::string id;
  std::string date;                ///< from when on
  std::vector<std::string> names;  ///< by which tables of measurements call it
};

}  // namespace sim::hardware
