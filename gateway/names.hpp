// What a message is about: the ids in it, and words for what has none. By names the gateway tells which of the answers that
// it keeps a change may have touched, without knowing a service.
//
// A name is a number made of a text. Two texts may come to the same one: an answer is let go for nothing then.
// Pure.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/transcoding/schema.hpp"

namespace market::gateway {

using Name = std::uint64_t;

class Names {
 public:
  // An id, whatever the case of its letters.
  void AddId(std::string_view id);
  // A word of ours about something that has no id, which is the name of no id.
  void AddWord(std::string_view kind, std::string_view word);
  // Every id in the bytes of a message and of the messages in it: the texts of fields called `id`, or `…_id`, `…_ids`.
  // False for bytes that are no such message.
  bool AddAll(const transcoding::MessageSchema& schema, std::string_view wire);

  // Each once, in order; the rest is moved out.
  std::vector<Name> Sorted() &&;

 private:
  bool Add(const transcoding::MessageSchema& schema, std::string_view wire, int depth);

  std::vector<Name> names_;
};

}  // namespace market::gateway
