#include "sim/base/quantity.hpp"
#include "sim/config/describe_campaign.hpp"

namespace sim::config {
namespace {

using campaign::Economics;
using campaign::Price;

void describe_price(Fields& fields, const char* key, Price& price, const std::string& of) {
  fields.object(key,
                [&price](Fields& inner) {
                  const Spec money{.help = "US dollars", .least = 0, .most = 1e9};
                  inner.sourced("usual", price.usual, money);
                  inner.quantity("low", price.low, money);
                  inner.quantity("high", price.high, money);
                  const bool has_range = price.low.value() > 0 || price.high.value() > 0;
                  if (has_range && (price.low > price.usual.value || price.high < price.usual.value))
                    inner.complain("usual", "the usual price lies between low and high", "", false);
                },
                {.help = of});
}

Spec share(const std::string& help) {
  return {.help = help, .least = 0, .most = 2};
}

void describe_power(Fields& fields, campaign::PowerShares& power) {
  fields.sourced("compute", power.compute, "", share("a chip whose matrix units work, over its design power"));
  fields.sourced("memory", power.memory, "", share("a chip that waits for its memory"));
  fields.sourced("waiting", power.waiting, "", share("a chip that communicates or waits for others"));
  fields.sourced("stopped", power.stopped, "", share("a chip that holds a stopped job"));
  fields.sourced("idle", power.idle, "", share("a chip without work"));
  fields.sourced("server", power.server, "", share("fans, CPUs, NICs and losses over the chips' power"));
  fields.sourced("server_idle", power.server_idle, "", share("the same without work, over the chips' design power"));
  fields.sourced("network", power.network, {.help = "switches and optics for each chip", .least = 0, .most = 1e4});
  fields.sourced("pue", power.pue, "", {.help = "power usage effectiveness of the building", .least = 1, .most = 5});
}

}  // namespace

void describe(Fields& fields, Economics& economics) {
  fields.text("id", economics.id, {.help = "preset"});
  fields.text("date", economics.date, {.help = "of the figures"});
  fields.text("notes", economics.notes, {.help = "for people"});
  fields.choice("mode", economics.mode, {"rent", "purchase"}, {.help = "how the chips are paid for"});
  std::vector<std::string> keys;
  for (const auto& [key, price] : economics.chips) keys.push_back(key);
  fields.map("chips", keys,
             [&economics](const std::string& key, Fields& inner) {
               campaign::ChipPrice& price = economics.chips[key];
               describe_price(inner, "purchase", price.purchase, "one chip with its share of the server");
               describe_price(inner, "rent", price.rent, "one chip for an hour, electricity included");
             },
             {.help = "prices by chip, as `simulate chips` lists them, in lower case"});
  describe_price(fields, "network", economics.network, "network for each chip, bought");
  describe_price(fields, "storage", economics.storage, "one terabyte of storage for checkpoints, bought");
  fields.sourced("kept_checkpoints", economics.kept_checkpoints, "",
                 {.help = "checkpoints that storage must hold at a time", .least = 0, .most = 1e6});
  describe_price(fields, "electricity", economics.electricity, "one kWh");
  fields.sourced("lifetime_years", economics.lifetime_years, "",
                 {.help = "years until only the resale value is left", .least = 0.1, .most = 50});
  fields.sourced("resale", economics.resale, "",
                 {.help = "share of the price that is left then", .least = 0, .most = 1});
  fields.sourced("carbon", economics.carbon, "",
                 {.help = "kg of CO2 for a kWh; 0: not counted", .least = 0, .most = 5});
  fields.object("power", [&](Fields& inner) { describe_power(inner, economics.power); },
                {.help = "electric power by what chips do"});
}

}  // namespace sim::config
