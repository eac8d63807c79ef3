// Reads what the checks need: rows of the five databases, in read-only sessions, and the provider's own list.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>

#include "platform/http/client.hpp"
#include "platform/postgres/database.hpp"
#include "tools/check_invariants/checks.hpp"
#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {

struct Provider {
  std::string url;
  std::string key;
};

class Sources {
 public:
  // `conninfos` by service name; all five.
  Sources(boost::asio::io_context& io, const std::map<std::string, std::string>& conninfos,
          Provider provider);

  // Throws Error UNAVAILABLE naming the database that does not answer; Load() names the provider likewise.
  Task<> Open(runtime::Deadline deadline);
  Task<> Close(runtime::Deadline deadline);

  Task<std::vector<Finding>> Run(const Check& check);
  Task<Facts> Load();

 private:
  postgres::Database& Of(std::string_view service) { return *databases_.at(std::string(service)); }
  Task<> LoadOrders(Facts& facts);
  Task<> LoadPayments(Facts& facts);
  Task<> LoadPeople(Facts& facts);
  Task<> LoadProvider(Facts& facts);
  Task<boost::json::value> MovementsAfter(std::int64_t sequence);

  std::map<std::string, std::unique_ptr<postgres::Database>> databases_;
  http::Client client_;
  const std::string authorization_;
  std::map<std::string, std::string> order_of_authorization_;
};

}  // namespace market::invariants
