#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/sourced.hpp"
#include "sim/campaign/run.hpp"

namespace sim::campaign {

/// A price with the range in which it is paid.
struct Price {
  Sourced<Dollars> usual;
  Dollars low, high;  ///< zero: as usual
};

/// What one chip costs, with its share of the server around it.
struct ChipPrice {
  Price purchase;
  Price rent;  ///< of an hour
};

/// Electric power of a chip by what it does, over its thermal design power, and of what stands around it.
struct PowerShares {
  Sourced<double> compute, memory, waiting, stopped, idle;
  Sourced<double> server;       ///< fans, CPUs, NICs, losses: over the chips' power at work
  Sourced<double> server_idle;  ///< the same over their thermal design power when nothing runs
  Sourced<Watts> network;       ///< switches and optics, for each chip
  Sourced<double> pue;          ///< power usage effectiveness of the building
};

/// A file of catalog/prices, or `economics` of a scenario.
struct Economics {
  enum class Mode { rent, purchase };
  std::string id, date, notes;
  Mode mode = Mode::purchase;
  std::map<std::string, ChipPrice> chips;  ///< by id of the catalogue, in lower case
  Price network;                           ///< purchase, for each chip
  Price storage;                           ///< purchase, of a terabyte
  Sourced<double> kept_checkpoints;        ///< that storage must hold at a time
  Price electricity;                       ///< of a kWh
  Sourced<double> lifetime_years;          ///< straight-line depreciation
  Sourced<double> resale;                  ///< share of the price that is left then
  Sourced<double> carbon;                  ///< kg of CO2 for a kWh; 0: not counted
  PowerShares power;
};

/// What a run costs, US dollars.
struct Cost {
  double chips = 0;        ///< rent, or depreciation with the servers
  double network = 0;      ///< depreciation
  double storage = 0;      ///< depreciation, of room for the checkpoints
  double electricity = 0;  ///< zero where the rent has it
  [[nodiscard]] double total() const { return chips + network + storage + electricity; }
};

/// Prices of one fleet, by entry: of a node (host) and its network.
struct FleetPrices {
  Economics::Mode mode = Economics::Mode::purchase;
  std::vector<Dollars> node;          ///< purchase, or rent of an hour
  std::vector<Dollars> node_network;  ///< purchase
  Dollars storage;                    ///< purchase, all of it
  Dollars kilowatt_hour;
  Seconds lifetime;
  double resale = 0;
};

/// Rented nodes cost from their arrival to the end of the run, electricity included. Bought ones lose their price down
/// to the resale share in a straight line over their lifetime, and then nothing more; electricity comes on
/// top. Room for checkpoints is bought in either case, for the elapsed time.
/// `joules` at the meter. `nodes` that were delivered in all, by entry.
[[nodiscard]] Cost cost_of(const Outcome& outcome, const FleetPrices& prices, const std::vector<double>& nodes,
                           double joules);

}  // namespace sim::campaign
