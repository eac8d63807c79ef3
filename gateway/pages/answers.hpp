// What the API has answered to the questions of one page, as JSON, and how it is read.
//
// A page is written from answers alone, and they go along with it as data: what a person reads and what scripts find is one.
// What an answer lacks reads as empty.
//
// Owner: the one who answers a request. One thread.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace market::pages {

using boost::json::array;
using boost::json::object;

// What is asked of the API: path and query, as the scripts of a page ask it, with the parameters in the order of their names.
struct Question {
  std::string url;
  // Whether there is no page without it.
  bool needed = true;
};

class Answers {
 public:
  // `body` must outlive this.
  void Add(std::string url, std::string_view body) { told_.push_back({std::move(url), body}); }

  bool Has(std::string_view url) const;
  // Of what was not asked, or was no object: an empty one.
  const object& Of(std::string_view url) const;
  // All of them: {url: answer}.
  std::string ToJson() const;

 private:
  struct Told {
    std::string url;
    std::string_view body;
    mutable boost::json::value value{};  // read when it is first looked at
    mutable bool read = false;
  };
  std::deque<Told> told_;
};

std::string_view TextIn(const object& from, std::string_view name);
std::int64_t NumberIn(const object& from, std::string_view name);
const object& ObjectIn(const object& from, std::string_view name);
const array& ListIn(const object& from, std::string_view name);
const object& ObjectOf(const boost::json::value& value);

}  // namespace market::pages
