// An HTTP/1.1 request and response as plain values,
// without a trace of the library that reads and writes them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/runtime/task.hpp"

namespace market::http {

// Names are compared without regard to case (ASCII).
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// An ordered list of fields in one block of text: two allocations however many fields, none when it is
// reused. Views it returns are good until the next change.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  void Add(std::string_view name, std::string_view value);
  // Replaces all fields of that name.
  void Set(std::string_view name, std::string_view value);
  void Remove(std::string_view name);
  void Clear();

  // The first field of that name.
  std::optional<std::string_view> Find(std::string_view name) const;
  // The first field of that name, or "".
  std::string_view Get(std::string_view name) const { return Find(name).value_or(std::string_view()); }
  std::size_t Count(std::string_view name) const;
  std::size_t size() const { return fields_.size(); }
  std::pair<std::string_view, std::string_view> operator[](std::size_t index) const;

 private:
  struct Field {
    std::uint32_t name_at, name_size, value_at, value_size;
  };
  std::string_view Text(std::uint32_t at, std::uint32_t size) const { return {text_.data() + at, size}; }

  std::string text_;
  std::vector<Field> fields_;
};

// The body of a request that was handed on before it came (ServerOptions::pulled_bytes_max).
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // What has come of it, at least a byte and no more than some ten thousand; waits for it. Nothing more is read from the
  // connection than is asked for. Empty: it has ended. Throws BodyFailure (server.hpp), from then on each time.
  virtual Task<std::string> Next() = 0;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string target;  // origin form, not decoded: "/v1/products?query=engine"; "*" only with OPTIONS
  Headers headers;
  std::string body;
  std::string peer;  // "127.0.0.1:40312", "[::1]:40312" or "unix:"
  // In place of `body`, where the handler pulls it; the connection's, and null for all others. What the handler leaves of it
  // is taken before the answer is written, up to 16 MiB that come within `header_timeout`; of more, the connection is closed.
  BodyReader* body_reader = nullptr;
};

// A body that is made while it is read. Dropped with its connection; nothing is made before what came before it was taken.
// One that throws is cut off without an end, so that the client takes it for broken.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // The next bytes; nothing: it ends here. Cancelled when the client has gone, or the server stops: see Last.
  virtual Task<std::optional<std::string>> Next() = 0;
  // Whether it comes to an end by itself: a server that stops waits for that, as for any other answer, and never says Last.
  virtual bool HasEnd() const { return false; }
  // What a client is told when the server stops, in place of what would have come next; may be empty.
  virtual std::string Last() = 0;
};

struct Response {
  int status = 200;
  // Content-Length, Connection and Date are added when it is written. A field whose value has a control
  // character is left out, so that no value can start a header of its own.
  Headers headers;
  std::string body;  // not written for HEAD, 204 and 304; Content-Length tells its size all the same for HEAD
  // In place of `body`: chunked for HTTP/1.1, until the connection closes for 1.0, which it does in any case.
  std::shared_ptr<BodyStream> stream = nullptr;
};

// The request is the handler's until its Task has ended.
// The client may be gone by then; the answer is dropped then.
using Handler = std::function<Task<Response>(Request&)>;

std::string_view StatusText(int status);

}  // namespace market::http
