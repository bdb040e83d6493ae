#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::chakra {

/// Ranks are below it: a larger number is a mistake, which would cost memory.
inline constexpr std::uint32_t kMostRanks = 1U << 24U;

/// Numbers of the schema.
enum class NodeType : std::uint8_t {
  invalid,
  metadata,
  memory_load,
  memory_store,
  compute,
  send,
  receive,
  collective,
  storage,
  batch,
  checkpoint,
};

/// Numbers of the schema.
enum class CollectiveType : std::uint8_t {
  all_reduce,
  reduce,
  all_gather,
  gather,
  scatter,
  broadcast,
  all_to_all,
  reduce_scatter,
  reduce_scatter_block,
  barrier,
};

/// One thing that a rank does, after those that it depends on.
struct Node {
  std::uint64_t id = 0;
  std::string name;
  NodeType type = NodeType::compute;
  std::vector<std::uint64_t> control_deps, data_deps;  ///< ids of nodes of the same rank
  std::uint64_t duration_us = 0;
  bool is_on_cpu = false;
  std::optional<CollectiveType> collective;
  std::optional<std::uint64_t> bytes;           ///< comm_size: what this rank puts in (of an all-gather its own part)
  std::optional<std::uint64_t> source, target;  ///< ranks of a message
  std::optional<std::uint64_t> tag;
  std::optional<std::uint64_t> operations;   ///< num_ops, FLOP
  std::optional<std::uint64_t> tensor_size;  ///< B
  std::string group;                         ///< pg_name
  std::string overlap;      ///< our own: whose cores the exchange takes from work beside it, "collective" or "message"
  std::string variant;      ///< our own: "rail" of an all-to-all over rails
  std::string declaration;  ///< of a metadata node: process groups as PyTorch writes them, JSON
};

/// The file of one rank.
struct Trace {
  std::uint32_t rank = 0;
  std::string file;  ///< for messages
  std::vector<Node> nodes;
  std::map<std::string, std::size_t> ignored;  ///< attributes that mean nothing here, and how many nodes have them
};

/// Ranks by name of the process group (pg_name), in the order of the file.
using Groups = std::map<std::string, std::vector<std::uint32_t>>;

/// A trace as astra-sim's feeder reads it: messages of the schema, each after its length as a varint, first the
/// GlobalMetadata, then a Node each.
[[nodiscard]] std::string encode(const Trace& trace);

/// Most bytes of one node, and most nodes of one file.
inline constexpr std::uint64_t kMostNodeBytes = 64U << 20U;
inline constexpr std::size_t kMostNodes = 10'000'000;

/// Reads the bytes of one file and checks it by itself: ids once, dependencies that exist, attributes that the type
/// needs. Throws InputError with the file and the byte or the node.
[[nodiscard]] Trace decode(std::string_view bytes, std::uint32_t rank, const std::string& file);

/// The file of `--comm-group-configuration`: {"1": [0, 1], ...}.
[[nodiscard]] std::string groups_json(const Groups& groups);

/// Reads such a file, or the list of PyTorch: [{"pg_name": "1", "ranks": [0, 1]}, ...], where a group without ranks
/// has `all`. Adds to `groups`. Throws InputError, also where a group has a rank twice or none.
void read_groups(std::string_view text, const std::string& file, const std::vector<std::uint32_t>& all, Groups& groups);

/// The same of the lists that metadata nodes hold.
void read_declared_groups(const Trace& trace, const std::vector<std::uint32_t>& all, Groups& groups);

}  // namespace sim::chakra
