#include <string>

#include "sim/base/error.hpp"
#include "sim/chakra/trace.hpp"
#include "tests/support/catch.hpp"

namespace sim::chakra {
namespace {

Node compute(std::uint64_t id, std::uint64_t us) {
  Node node;
  node.id = id;
  node.name = "work";
  node.duration_us = us;
  return node;
}

Node all_reduce(std::uint64_t id, std::uint64_t bytes) {
  Node node;
  node.id = id;
  node.type = NodeType::collective;
  node.collective = CollectiveType::all_reduce;
  node.bytes = bytes;
  node.group = "1";
  return node;
}

std::string file_of(const std::vector<Node>& nodes) {
  return encode({0, "", nodes, {}});
}

std::string refusal(std::string_view bytes) {
  try {
    (void)decode(bytes, 0, "a.0.et");
  } catch (const InputError& error) {
    return error.diagnostics().front().message;
  }
  return "";
}

TEST_CASE("a trace is a GlobalMetadata and Nodes, each after its length") {
  // By hand from the schema and protobuf's encoding. GlobalMetadata: field 1 (0x0a), five letters: 7 bytes. Node: id 1
  // (0x08 0x01), name (0x12 0x04 "work"), type 4 (0x18 0x04), duration_micros 5 (0x38 0x05), and attr, field 10 (0x52):
  // name (0x0a 0x09 "is_cpu_op") and bool_val, field 27 with its proto3 zero written as it is in a oneof (0xd8 0x01
  // 0x00): 14 bytes. 2 + 6 + 2 + 2 + 2 + 14 = 28.
  const std::string bytes = file_of({compute(1, 5)});
  CHECK(bytes == std::string("\x07\x0a\x05"
                             "0.0.4"
                             "\x1c\x08\x01\x12\x04"
                             "work"
                             "\x18\x04\x38\x05\x52\x0e\x0a\x09"
                             "is_cpu_op"
                             "\xd8\x01\x00",
                             8 + 29));
}

TEST_CASE("what is written reads back") {
  Node sent = compute(7, 0);
  sent.type = NodeType::send;
  sent.data_deps = {1, 300};
  sent.control_deps = {1};
  sent.bytes = std::uint64_t{1} << 40U;
  sent.source = 0;
  sent.target = 9;
  sent.tag = 3;
  Node loaded = compute(300, 12);
  loaded.type = NodeType::memory_load;
  loaded.tensor_size = 4096;
  const Trace trace = decode(file_of({compute(1, 5), loaded, sent, all_reduce(8, 100)}), 0, "a.0.et");
  REQUIRE(trace.nodes.size() == 4);
  CHECK(trace.nodes[0].duration_us == 5);
  CHECK(trace.nodes[1].tensor_size == 4096);
  CHECK(trace.nodes[2].type == NodeType::send);
  CHECK(trace.nodes[2].data_deps == std::vector<std::uint64_t>{1, 300});
  CHECK(trace.nodes[2].bytes == std::uint64_t{1} << 40U);
  CHECK(trace.nodes[2].target == 9);
  CHECK(trace.nodes[2].tag == 3);
  CHECK(trace.nodes[3].collective == CollectiveType::all_reduce);
  CHECK(trace.nodes[3].group == "1");
  CHECK(trace.ignored.empty());
}

TEST_CASE("lengths of one, two and three bytes read back") {
  for (const std::size_t letters : {1U, 90U, 150U, 300U, 20000U}) {
    Node node = compute(1, 5);
    node.name.assign(letters, 'x');
    const Trace trace = decode(file_of({node}), 0, "a.0.et");
    REQUIRE(trace.nodes.size() == 1);
    CHECK(trace.nodes[0].name == node.name);
  }
}

TEST_CASE("a file that ends anywhere but after a node is refused") {
  const std::string first = file_of({compute(1, 5)}), whole = file_of({compute(1, 5), all_reduce(2, 100)});
  const std::string metadata = file_of({});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const bool is_whole = size == metadata.size() || size == first.size();
    CHECK(refusal(std::string_view(whole).substr(0, size)).empty() == is_whole);
  }
  CHECK(refusal("") == "a.0.et: byte 0: the file is empty");
  CHECK_THAT(refusal(std::string_view(whole).substr(0, 5)), ContainsSubstring("the file ends after 4"));
}

TEST_CASE("lengths and messages that cannot be are refused") {
  CHECK_THAT(refusal("\xff\xff\xff\xff\xff\xff"), ContainsSubstring("a length of more than five bytes"));
  CHECK_THAT(refusal("\xff\xff\xff\xff\x7f"), ContainsSubstring("a GlobalMetadata of 34359738367 bytes"));
  CHECK_THAT(refusal("\x80"), ContainsSubstring("the file ends within a length"));
  CHECK_THAT(refusal(std::string("\x02\x0a\x09", 3)), ContainsSubstring("what stands here is no GlobalMetadata"));
  CHECK_THAT(refusal("{\"nodes\": []}"), ContainsSubstring("a GlobalMetadata of 123 bytes"));
}

TEST_CASE("nodes that cannot be are refused, by id and name") {
  Node later = compute(2, 5);
  later.data_deps = {3};
  CHECK(refusal(file_of({compute(1, 5), later})) == "a.0.et: node 2 \"work\": depends on node 3, which is not there");
  CHECK(refusal(file_of({compute(1, 5), compute(1, 6)})) == "a.0.et: node 1 \"work\": its id is there already");
  Node strange = compute(4, 1);
  strange.type = static_cast<NodeType>(77);
  CHECK(refusal(file_of({strange})) == "a.0.et: node 4 \"work\": type 77 is none of Chakra's");
  Node exchange = all_reduce(5, 8);
  exchange.bytes.reset();
  CHECK(refusal(file_of({exchange})) == "a.0.et: node 5: comm_size is missing");
  exchange.collective.reset();
  CHECK(refusal(file_of({exchange})) == "a.0.et: node 5: comm_type is missing");
  exchange.collective = static_cast<CollectiveType>(42);
  CHECK(refusal(file_of({exchange})) == "a.0.et: node 5: comm_type 42 is none of Chakra's");
  Node message = compute(6, 0);
  message.type = NodeType::send;
  message.bytes = 8;
  CHECK(refusal(file_of({message})) == "a.0.et: node 6 \"work\": comm_dst is missing");
  message.target = std::uint64_t{1} << 30U;
  CHECK(refusal(file_of({message})) == "a.0.et: node 6 \"work\": there is no rank 1073741824");
}

TEST_CASE("process groups are a map, or the list of PyTorch") {
  Groups groups;
  read_groups("{\"1\": [0, 1], \"7\": [2, 0]}", "g.json", {}, groups);
  CHECK(groups == Groups{{"1", {0, 1}}, {"7", {2, 0}}});
  CHECK(groups_json({{"1", {0, 1}}}) == "{\"1\":[0,1]}\n");
  Node declared = compute(1, 0);
  declared.type = NodeType::metadata;
  declared.declaration = "['[{\"pg_name\": \"3\", \"ranks\": [4]}, {\"pg_name\": \"0\", \"ranks\": []}]']";
  read_declared_groups({0, "a.0.et", {declared}, {}}, {0, 4}, groups);
  CHECK(groups.at("3") == std::vector<std::uint32_t>{4});
  CHECK(groups.at("0") == std::vector<std::uint32_t>{0, 4});
}

TEST_CASE("process groups that cannot be are refused") {
  const auto refusal_of = [](const std::string& text) -> std::string {
    Groups groups;
    try {
      read_groups(text, "g.json", {}, groups);
    } catch (const InputError& error) {
      return error.diagnostics().front().message;
    }
    return "";
  };
  CHECK(refusal_of("{") == "g.json: no JSON");
  CHECK(refusal_of("3") == "g.json: no map of groups");
  CHECK(refusal_of("{\"1\": []}") == "g.json: group 1 is no list of ranks");
  CHECK(refusal_of("{\"1\": [-1]}") == "g.json: group 1: -1 is no rank");
  CHECK(refusal_of("{\"1\": [[0]]}") == "g.json: group 1: what stands there is no rank");
  CHECK(refusal_of("{\"1\": [2, 2]}") == "g.json: group 1 has rank 2 twice");
  CHECK(refusal_of("[{\"ranks\": [1]}]") == "g.json: a group without pg_name and ranks");
}

}  // namespace
}  // namespace sim::chakra
