#include <algorithm>
#include <bit>
#include <span>

#include "sim/fold/partition.hpp"

namespace sim::fold {
namespace {

using engine::System;

std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

// What a neighbour of colour `colour` over an edge labelled `label` adds to a signature. Signatures are sums, so that a
// change of colour needs only the difference.
// The golden ratio keeps labels apart by more than any colour; a collision would fail the certificate, not the answer.
std::uint64_t term(std::uint64_t label, std::uint32_t colour) {
  return mix(label * 0x9e3779b97f4a7c15ULL + colour);
}

/// Finds the number of a (cell, signature) pair, in order of first sight.
class PairIndex {
 public:
  PairIndex() : slots_(1024) {}

  std::uint32_t find(std::uint32_t cell, std::uint64_t signature) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    Slot& slot = locate(cell, signature);
    if (slot.epoch != epoch_) {
      slot = {signature, cell, count_++, epoch_};
    }
    return slot.number;
  }
  void clear() {
    ++epoch_;
    count_ = 0;
  }

 private:
  struct Slot {
    std::uint64_t signature = 0;
    std::uint32_t cell = 0, number = 0, epoch = 0;
  };

  Slot& locate(std::uint32_t cell, std::uint64_t signature) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = mix(signature ^ (std::uint64_t{cell} << 32)) & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.epoch != epoch_ || (slot.cell == cell && slot.signature == signature)) return slot;
    }
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.epoch == epoch_) locate(slot.cell, slot.signature) = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t count_ = 0, epoch_ = 1;
};

class Refinement {
 public:
  Refinement(const System& system, const EntriesByResource& entries)
      : system_(system), entries_(entries), vertices_(system) {
    const std::uint32_t count = vertices_.count();
    cell_.assign(count, 0);
    signature_.assign(count, 0);
    order_.resize(count);
    place_.resize(count);
    is_touched_.assign(count, 1);
    touched_.resize(count);
    for (std::uint32_t vertex = 0; vertex < count; ++vertex)
      order_[vertex] = place_[vertex] = touched_[vertex] = vertex;
    begin_ = {0};
    size_ = {count};
    common_ = {0};
  }

  Partition run() {
    set_initial_signatures();
    split_touched();  // initial colours
    changed_.clear();
    for (std::uint32_t vertex = 0; vertex < vertices_.count(); ++vertex) signature_[vertex] = full_signature(vertex);
    touched_ = order_;
    for (const std::uint32_t vertex : touched_) is_touched_[vertex] = 1;
    split_touched();
    while (!changed_.empty()) {
      spread_changes();
      split_touched();
    }
    return result();
  }

 private:
  /// A vertex and the cell that it goes to, or, once it has moved, the one that it comes from.
  struct Change {
    std::uint32_t vertex, cell;
  };

  void set_initial_signatures() {
    std::vector<std::uint64_t> content;
    for (std::size_t program = 0; program + 1 < system_.program_begin.size(); ++program) {
      std::uint64_t hash = 1;
      for (std::uint32_t i = system_.program_begin[program]; i < system_.program_begin[program + 1]; ++i) {
        const engine::Instruction& one = system_.instructions[i];
        const auto head = static_cast<std::uint64_t>(one.step) | std::uint64_t{one.slot} << 8 |
                          std::uint64_t{one.tag} << 16 | std::uint64_t{one.value} << 32;
        hash = mix(hash ^ head) + mix(static_cast<std::uint64_t>(one.picoseconds));
      }
      content.push_back(hash);
    }
    for (std::uint32_t actor = 0; actor < vertices_.actors; ++actor) {
      const double stretch = system_.stretch.empty() ? 1.0 : system_.stretch[actor];
      signature_[actor] = mix(content[system_.program[actor]] ^ mix(std::bit_cast<std::uint64_t>(stretch)));
    }
    for (std::uint32_t meeting = 0; meeting < vertices_.meetings; ++meeting) {
      signature_[vertices_.meeting(meeting)] = mix(std::uint64_t{system_.shape[meeting]} << 8 | 1U);
    }
    for (std::uint32_t resource = 0; resource < vertices_.resources; ++resource) {
      signature_[vertices_.resource(resource)] = mix(static_cast<std::uint64_t>(system_.capacity[resource]) << 8 | 2U);
    }
  }

  template <class Visit>
  void for_each_row_entry(std::uint32_t meeting, Visit&& visit) const {
    for (std::uint32_t pattern = 0; pattern < system_.patterns; ++pattern) {
      const std::uint32_t row = meeting * system_.patterns + pattern;
      for (std::uint32_t entry = system_.rows.begin[row]; entry < system_.rows.begin[row + 1]; ++entry) {
        visit(pattern, system_.rows.resource[entry], system_.rows.weight[entry]);
      }
    }
  }

  // Slots are labels below 2^8; (pattern, weight) labels lie above.
  static std::uint64_t usage_label(std::uint32_t pattern, std::int64_t weight) {
    return (static_cast<std::uint64_t>(weight) << 16) | (std::uint64_t{pattern} << 8) | 0xffU;
  }
  static std::uint64_t load(std::uint32_t pattern, std::int64_t weight, std::uint32_t meeting_cell) {
    return static_cast<std::uint64_t>(weight) * term(usage_label(pattern, 0), meeting_cell);
  }

  [[nodiscard]] std::uint64_t full_signature(std::uint32_t vertex) const {
    std::uint64_t sum = 0;
    if (vertex < vertices_.actors) {
      for (std::uint32_t slot = 0; slot < system_.slots(); ++slot) {
        const std::uint32_t meeting = system_.meeting(vertex, slot);
        if (meeting != engine::kNoMeeting) sum += term(slot, cell_[vertices_.meeting(meeting)]);
      }
      return sum;
    }
    if (vertex < vertices_.actors + vertices_.meetings) {
      const std::uint32_t meeting = vertex - vertices_.actors;
      for (std::uint32_t i = system_.member_begin[meeting]; i < system_.member_begin[meeting + 1]; ++i) {
        sum += term(system_.member_slot[i], cell_[system_.member[i]]);
      }
      for_each_row_entry(meeting, [&](std::uint32_t pattern, std::uint32_t resource, std::int64_t weight) {
        sum += term(usage_label(pattern, weight), cell_[vertices_.resource(resource)]);
      });
      return sum;
    }
    const std::uint32_t resource = vertex - vertices_.actors - vertices_.meetings;
    for (std::uint32_t i = entries_.begin[resource]; i < entries_.begin[resource + 1]; ++i) {
      const std::uint32_t row = entries_.row[i];
      sum += load(row % system_.patterns, entries_.weight[i], cell_[vertices_.meeting(row / system_.patterns)]);
    }
    return sum;
  }

  void adjust(std::uint32_t vertex, std::uint64_t difference) {
    signature_[vertex] += difference;
    if (is_touched_[vertex]) return;
    is_touched_[vertex] = 1;
    touched_.push_back(vertex);
  }

  void spread_changes() {
    for (const Change& change : changed_) {
      const std::uint32_t old_cell = change.cell, new_cell = cell_[change.vertex];
      const auto difference = [&](std::uint64_t label) { return term(label, new_cell) - term(label, old_cell); };
      if (change.vertex < vertices_.actors) {
        for (std::uint32_t slot = 0; slot < system_.slots(); ++slot) {
          const std::uint32_t meeting = system_.meeting(change.vertex, slot);
          if (meeting != engine::kNoMeeting) adjust(vertices_.meeting(meeting), difference(slot));
        }
      } else if (change.vertex < vertices_.actors + vertices_.meetings) {
        const std::uint32_t meeting = change.vertex - vertices_.actors;
        for (std::uint32_t i = system_.member_begin[meeting]; i < system_.member_begin[meeting + 1]; ++i) {
          adjust(system_.member[i], difference(system_.member_slot[i]));
        }
        for_each_row_entry(meeting, [&](std::uint32_t pattern, std::uint32_t resource, std::int64_t weight) {
          adjust(vertices_.resource(resource), load(pattern, weight, new_cell) - load(pattern, weight, old_cell));
        });
      } else {
        const std::uint32_t resource = change.vertex - vertices_.actors - vertices_.meetings;
        for (std::uint32_t i = entries_.begin[resource]; i < entries_.begin[resource + 1]; ++i) {
          const std::uint32_t row = entries_.row[i];
          adjust(vertices_.meeting(row / system_.patterns),
                 difference(usage_label(row % system_.patterns, entries_.weight[i])));
        }
      }
    }
    changed_.clear();
  }

  /// Touched vertices of one cell with one signature.
  struct Part {
    std::uint32_t cell = 0;
    std::uint64_t signature = 0;
    std::uint32_t count = 0;
    std::uint32_t new_cell = 0;
  };

  // Divides every cell by the new signatures of its touched members; the untouched ones still share the old signature.
  void split_touched() {
    number_parts();
    first_new_cell_ = static_cast<std::uint32_t>(size_.size());
    std::vector<std::uint32_t> by_cell(parts_.size());
    for (std::uint32_t i = 0; i < by_cell.size(); ++i) by_cell[i] = i;
    std::stable_sort(by_cell.begin(), by_cell.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return parts_[a].cell < parts_[b].cell; });
    for (std::size_t first = 0; first < by_cell.size();) {
      std::size_t last = first;
      while (last < by_cell.size() && parts_[by_cell[last]].cell == parts_[by_cell[first]].cell) ++last;
      split_cell(std::span(by_cell).subspan(first, last - first));
      first = last;
    }
    move_touched();
  }

  // Neighbours in the list mostly belong to one part: the index is asked only where they do not.
  void number_parts() {
    parts_.clear();
    index_.clear();
    part_of_.resize(touched_.size());
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < touched_.size(); ++i) {
      const std::uint32_t cell = cell_[touched_[i]];
      const std::uint64_t signature = signature_[touched_[i]];
      if (i == 0 || parts_[number].cell != cell || parts_[number].signature != signature) {
        number = index_.find(cell, signature);
        if (number == parts_.size()) parts_.push_back({cell, signature, 0, cell});
      }
      ++parts_[number].count;
      part_of_[i] = number;
    }
  }

  // The largest part keeps the cell's number, so that a vertex changes its colour O(log n) times.
  void split_cell(std::span<const std::uint32_t> numbers) {
    const std::uint32_t cell = parts_[numbers.front()].cell;
    std::uint32_t untouched = size_[cell];
    for (const std::uint32_t number : numbers) untouched -= parts_[number].count;
    std::uint32_t joins = engine::kNoMeeting, largest = numbers.front();
    for (const std::uint32_t number : numbers) {
      if (untouched > 0 && parts_[number].signature == common_[cell]) joins = number;
      if (parts_[number].count > parts_[largest].count) largest = number;
    }
    const std::uint32_t rest = untouched + (joins == engine::kNoMeeting ? 0 : parts_[joins].count);
    const bool rest_stays = rest > 0 && (joins == largest || rest >= parts_[largest].count);
    std::uint32_t moved_rest = cell;
    if (rest > 0 && !rest_stays) moved_rest = new_cell(common_[cell]);
    for (const std::uint32_t number : numbers) {
      Part& part = parts_[number];
      if (number == joins) {
        part.new_cell = moved_rest;
      } else if (!rest_stays && number == largest) {
        part.new_cell = cell;
        common_[cell] = part.signature;
      } else {
        part.new_cell = new_cell(part.signature);
      }
    }
    if (moved_rest != cell) move_untouched(cell, moved_rest);
  }

  std::uint32_t new_cell(std::uint64_t signature) {
    begin_.push_back(0);
    size_.push_back(0);
    common_.push_back(signature);
    return static_cast<std::uint32_t>(size_.size() - 1);
  }

  void move_untouched(std::uint32_t cell, std::uint32_t target) {
    for (std::uint32_t i = begin_[cell]; i < begin_[cell] + size_[cell]; ++i) {
      const std::uint32_t vertex = order_[i];
      if (!is_touched_[vertex]) moves_.push_back({vertex, target});
    }
  }

  // Cells are segments of `order_`. Members that leave are swapped to the end of their segment, target by target.
  void move_touched() {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
      const Part& part = parts_[part_of_[i]];
      if (part.new_cell != part.cell) moves_.push_back({touched_[i], part.new_cell});
    }
    changed_.resize(moves_.size());
    sort_by_target();
    for (Change& move : changed_) {
      const std::uint32_t source = cell_[move.vertex], target = move.cell;
      const std::uint32_t last = begin_[source] + --size_[source];
      const std::uint32_t other = order_[last];
      std::swap(order_[place_[move.vertex]], order_[last]);
      place_[other] = place_[move.vertex];
      place_[move.vertex] = last;
      begin_[target] = last;
      ++size_[target];
      cell_[move.vertex] = target;
      move.cell = source;
    }
    moves_.clear();
    for (const std::uint32_t vertex : touched_) is_touched_[vertex] = 0;
    touched_.clear();
  }

  // Targets are new cells, numbered without gaps and each fed by one source: counting them sorts `moves_`.
  void sort_by_target() {
    std::vector<std::uint32_t> place(size_.size() - first_new_cell_ + 1, 0);
    for (const Change& move : moves_) ++place[move.cell - first_new_cell_ + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    for (const Change& move : moves_) changed_[place[move.cell - first_new_cell_]++] = move;
  }

  Partition result() const {
    Partition partition;
    partition.cell = cell_;
    partition.size = size_;
    partition.representative.assign(size_.size(), engine::kNoMeeting);
    for (std::uint32_t vertex = vertices_.count(); vertex > 0; --vertex) {
      partition.representative[cell_[vertex - 1]] = vertex - 1;
    }
    return partition;
  }

  const System& system_;
  const EntriesByResource& entries_;
  Vertices vertices_;
  std::vector<std::uint32_t> cell_;
  std::vector<std::uint64_t> signature_;
  std::vector<std::uint32_t> order_, place_;  // vertices by cell, and where each stands
  std::vector<std::uint32_t> begin_, size_;   // by cell
  std::vector<std::uint64_t> common_;         // by cell: signature of its untouched members
  std::vector<std::uint8_t> is_touched_;
  std::vector<std::uint32_t> touched_, part_of_;
  std::vector<Part> parts_;
  std::vector<Change> changed_, moves_;
  std::uint32_t first_new_cell_ = 0;  // of the split that runs
  PairIndex index_;
};

}  // namespace

EntriesByResource transpose(const System& system) {
  EntriesByResource entries;
  entries.begin.assign(system.capacity.size() + 1, 0);
  for (const std::uint32_t resource : system.rows.resource) ++entries.begin[resource + 1];
  for (std::size_t i = 0; i + 1 < entries.begin.size(); ++i) entries.begin[i + 1] += entries.begin[i];
  entries.row.resize(system.rows.resource.size());
  entries.weight.resize(system.rows.resource.size());
  std::vector<std::uint32_t> place(entries.begin.begin(), entries.begin.end() - 1);
  for (std::uint32_t row = 0; row < system.rows.count(); ++row) {
    for (std::uint32_t entry = system.rows.begin[row]; entry < system.rows.begin[row + 1]; ++entry) {
      const std::uint32_t at = place[system.rows.resource[entry]]++;
      entries.row[at] = row;
      entries.weight[at] = system.rows.weight[entry];
    }
  }
  return entries;
}

Partition refine(const System& system, const EntriesByResource& entries) {
  return Refinement(system, entries).run();
}

}  // namespace sim::fold
