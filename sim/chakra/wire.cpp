#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <unordered_set>

#include "execution_trace.pb.h"
#include "sim/base/error.hpp"
#include "sim/chakra/trace.hpp"

namespace sim::chakra {
namespace {

namespace wire = ChakraProtoMsg;

constexpr const char* kVersion = "0.0.4";
constexpr int kNodeTypes = 11, kCollectiveTypes = 10;

// Types of values as the feeders of Chakra and astra-sim take them.
void add_integer(wire::Node& node, const char* name, std::uint64_t value) {
  wire::AttributeProto& attribute = *node.add_attr();
  attribute.set_name(name);
  attribute.set_int64_val(static_cast<std::int64_t>(value));
}

void add_rank(wire::Node& node, const char* name, std::uint64_t value) {
  wire::AttributeProto& attribute = *node.add_attr();
  attribute.set_name(name);
  attribute.set_int32_val(static_cast<std::int32_t>(value));
}

void add_text(wire::Node& node, const char* name, const std::string& value) {
  if (value.empty()) return;
  wire::AttributeProto& attribute = *node.add_attr();
  attribute.set_name(name);
  attribute.set_string_val(value);
}

void add_flag(wire::Node& node, const char* name, bool value) {
  wire::AttributeProto& attribute = *node.add_attr();
  attribute.set_name(name);
  attribute.set_bool_val(value);
}

wire::Node message_of(const Node& node) {
  wire::Node message;
  message.set_id(node.id);
  message.set_name(node.name);
  message.set_type(static_cast<wire::NodeType>(node.type));
  for (const std::uint64_t id : node.control_deps) message.add_ctrl_deps(id);
  for (const std::uint64_t id : node.data_deps) message.add_data_deps(id);
  message.set_duration_micros(node.duration_us);
  if (!node.declaration.empty()) message.mutable_inputs()->set_values(node.declaration);
  add_flag(message, "is_cpu_op", node.is_on_cpu);
  if (node.collective) add_integer(message, "comm_type", static_cast<std::uint64_t>(*node.collective));
  if (node.bytes) add_integer(message, "comm_size", *node.bytes);
  if (node.source) add_rank(message, "comm_src", *node.source);
  if (node.target) add_rank(message, "comm_dst", *node.target);
  if (node.tag) add_rank(message, "comm_tag", *node.tag);
  if (node.operations) add_integer(message, "num_ops", *node.operations);
  if (node.tensor_size) {
    wire::AttributeProto& attribute = *message.add_attr();
    attribute.set_name("tensor_size");
    attribute.set_uint64_val(*node.tensor_size);
  }
  add_text(message, "pg_name", node.group);
  add_text(message, "overlap_cores", node.overlap);
  add_text(message, "exchange_variant", node.variant);
  return message;
}

template <class Message>
void append(const Message& message, std::string& bytes) {
  std::string text = message.SerializeAsString();
  auto size = static_cast<std::uint32_t>(text.size());
  for (; size > 0x7fU; size >>= 7U) bytes.push_back(static_cast<char>((size & 0x7fU) | 0x80U));
  bytes.push_back(static_cast<char>(size));
  bytes += text;
}

std::string named(const Node& node) {
  return "node " + std::to_string(node.id) + (node.name.empty() ? "" : " \"" + node.name.substr(0, 80) + "\"");
}

/// Reads one file.
class Decoder {
 public:
  Decoder(std::string_view bytes, Trace& trace) : bytes_(bytes), trace_(trace) {}

  void read() {
    wire::GlobalMetadata metadata;
    if (bytes_.empty()) refuse("the file is empty");
    next(metadata, "GlobalMetadata");
    while (at_ < bytes_.size()) {
      if (trace_.nodes.size() == kMostNodes) refuse("more than " + std::to_string(kMostNodes) + " nodes");
      wire::Node message;
      next(message, "Node");
      trace_.nodes.push_back(node_of(message));
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(trace_.file + ": byte " + std::to_string(start_) + ": " + what,
                     "a Chakra execution trace: a length and a GlobalMetadata, then lengths and Nodes");
  }

  [[noreturn]] void refuse(const Node& node, const std::string& what) const {
    throw InputError(trace_.file + ": " + named(node) + ": " + what);
  }

  std::uint64_t length() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      if (at_ == bytes_.size()) refuse("the file ends within a length");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    refuse("a length of more than five bytes");
  }

  template <class Message>
  void next(Message& message, const char* what) {
    start_ = at_;
    const std::uint64_t size = length();
    if (size > kMostNodeBytes) refuse("a " + std::string(what) + " of " + std::to_string(size) + " bytes");
    if (size > bytes_.size() - at_) {
      refuse("a " + std::string(what) + " of " + std::to_string(size) + " bytes, but the file ends after " +
             std::to_string(bytes_.size() - at_));
    }
    if (!message.ParseFromArray(bytes_.data() + at_, static_cast<int>(size))) {
      refuse("what stands here is no " + std::string(what));
    }
    at_ += size;
  }

  Node node_of(const wire::Node& message) {
    Node node;
    node.id = message.id();
    node.name = message.name();
    if (message.type() < 0 || message.type() >= kNodeTypes) {
      refuse(node, "type " + std::to_string(message.type()) + " is none of Chakra's");
    }
    node.type = static_cast<NodeType>(message.type());
    node.control_deps.assign(message.ctrl_deps().begin(), message.ctrl_deps().end());
    node.data_deps.assign(message.data_deps().begin(), message.data_deps().end());
    node.duration_us = message.duration_micros();
    if (node.type == NodeType::metadata) node.declaration = message.inputs().values();
    for (const wire::AttributeProto& attribute : message.attr()) take(attribute, node);
    return node;
  }

  void take(const wire::AttributeProto& attribute, Node& node) {
    const std::string& name = attribute.name();
    if (name == "is_cpu_op") {
      node.is_on_cpu = integer(attribute, node) != 0;
    } else if (name == "comm_type") {
      const std::uint64_t type = integer(attribute, node);
      if (type >= kCollectiveTypes) refuse(node, "comm_type " + std::to_string(type) + " is none of Chakra's");
      node.collective = static_cast<CollectiveType>(type);
    } else if (name == "comm_size") {
      node.bytes = integer(attribute, node);
    } else if (name == "comm_src") {
      node.source = integer(attribute, node);
    } else if (name == "comm_dst") {
      node.target = integer(attribute, node);
    } else if (name == "comm_tag") {
      node.tag = integer(attribute, node);
    } else if (name == "num_ops") {
      node.operations = integer(attribute, node);
    } else if (name == "tensor_size") {
      node.tensor_size = integer(attribute, node);
    } else if (name == "pg_name") {
      node.group = attribute.value_case() == wire::AttributeProto::kStringVal
                       ? attribute.string_val()
                       : std::to_string(integer(attribute, node));
    } else if (name == "overlap_cores") {
      node.overlap = attribute.string_val();
    } else if (name == "exchange_variant") {
      node.variant = attribute.string_val();
    } else {
      ++trace_.ignored[name.substr(0, 80)];
    }
  }

  std::uint64_t integer(const wire::AttributeProto& attribute, const Node& node) const {
    using Attribute = wire::AttributeProto;
    switch (attribute.value_case()) {
      case Attribute::kInt32Val:
        return not_negative(attribute.int32_val(), attribute, node);
      case Attribute::kInt64Val:
        return not_negative(attribute.int64_val(), attribute, node);
      case Attribute::kUint32Val:
        return attribute.uint32_val();
      case Attribute::kUint64Val:
        return attribute.uint64_val();
      case Attribute::kSint32Val:
        return not_negative(attribute.sint32_val(), attribute, node);
      case Attribute::kSint64Val:
        return not_negative(attribute.sint64_val(), attribute, node);
      case Attribute::kFixed32Val:
        return attribute.fixed32_val();
      case Attribute::kFixed64Val:
        return attribute.fixed64_val();
      case Attribute::kSfixed32Val:
        return not_negative(attribute.sfixed32_val(), attribute, node);
      case Attribute::kSfixed64Val:
        return not_negative(attribute.sfixed64_val(), attribute, node);
      case Attribute::kBoolVal:
        return attribute.bool_val() ? 1 : 0;
      case Attribute::kDoubleVal:
        return whole(attribute.double_val(), attribute, node);
      case Attribute::kFloatVal:
        return whole(static_cast<double>(attribute.float_val()), attribute, node);
      default:
        refuse(node, attribute.name() + " is no number");
    }
  }

  std::uint64_t not_negative(std::int64_t value, const wire::AttributeProto& attribute, const Node& node) const {
    if (value < 0) refuse(node, attribute.name() + " is " + std::to_string(value));
    return static_cast<std::uint64_t>(value);
  }

  std::uint64_t whole(double value, const wire::AttributeProto& attribute, const Node& node) const {
    constexpr double kMost = 9e18;
    if (!(value >= 0 && value <= kMost)) refuse(node, attribute.name() + " is " + std::to_string(value));
    return static_cast<std::uint64_t>(std::llround(value));
  }

  std::string_view bytes_;
  Trace& trace_;
  std::size_t at_ = 0, start_ = 0;
};

void check_dependencies(const Trace& trace) {
  std::unordered_set<std::uint64_t> ids;
  for (const Node& node : trace.nodes) {
    if (ids.insert(node.id).second) continue;
    throw InputError(trace.file + ": " + named(node) + ": its id is there already");
  }
  for (const Node& node : trace.nodes) {
    for (const auto* deps : {&node.control_deps, &node.data_deps}) {
      for (const std::uint64_t id : *deps) {
        if (ids.count(id) != 0) continue;
        throw InputError(trace.file + ": " + named(node) + ": depends on node " + std::to_string(id) +
                         ", which is not there");
      }
    }
  }
}

void check_attributes(const Trace& trace) {
  const auto need = [&trace](const Node& node, bool is_there, const char* what) {
    if (!is_there) throw InputError(trace.file + ": " + named(node) + ": " + what + " is missing");
  };
  for (const Node& node : trace.nodes) {
    const bool is_message = node.type == NodeType::send || node.type == NodeType::receive;
    if (node.type == NodeType::collective) {
      need(node, node.collective.has_value(), "comm_type");
      need(node, node.bytes || node.collective == CollectiveType::barrier, "comm_size");
    }
    if (is_message) need(node, node.bytes.has_value(), "comm_size");
    if (node.type == NodeType::send) need(node, node.target.has_value(), "comm_dst");
    if (node.type == NodeType::receive) need(node, node.source.has_value(), "comm_src");
    for (const auto& rank : {node.source, node.target}) {
      if (!rank || *rank < kMostRanks) continue;
      throw InputError(trace.file + ": " + named(node) + ": there is no rank " + std::to_string(*rank));
    }
  }
}

}  // namespace

std::string encode(const Trace& trace) {
  std::string bytes;
  wire::GlobalMetadata metadata;
  metadata.set_version(kVersion);
  append(metadata, bytes);
  for (const Node& node : trace.nodes) append(message_of(node), bytes);
  return bytes;
}

Trace decode(std::string_view bytes, std::uint32_t rank, const std::string& file) {
  google::protobuf::SetLogHandler(nullptr);  // we say ourselves what is wrong
  Trace trace;
  trace.rank = rank;
  trace.file = file;
  Decoder(bytes, trace).read();
  check_dependencies(trace);
  check_attributes(trace);
  return trace;
}

}  // namespace sim::chakra
