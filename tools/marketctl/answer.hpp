// What a command answers: a line for people, or with --json the same as one JSON value.
#pragma once
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <string>

#include "tools/marketctl/arguments.hpp"

namespace market::marketctl {

inline void Answer(const Arguments& arguments, const std::string& text, const boost::json::value& value) {
  std::cout << (arguments.Has("json") ? boost::json::serialize(value) : text) << '\n';
}

}  // namespace market::marketctl
