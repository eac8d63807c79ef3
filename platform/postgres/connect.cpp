#include "platform/postgres/connect.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <vector>

#include "platform/core/error.hpp"

namespace market::postgres::internal {
namespace {

using Wait = boost::asio::posix::stream_descriptor::wait_type;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

void IgnoreNotice(void*, const PGresult*) {}

// The settings of a conninfo that are set, by keyword.
std::map<std::string, std::string> Parse(const std::string& conninfo) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(conninfo.c_str(), &message));
  if (options == nullptr) {
    const std::string text = message == nullptr ? "out of memory" : message;
    PQfreemem(message);
    throw Unavailable("the conninfo is not valid: " + text);
  }
  std::map<std::string, std::string> settings;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  return settings;
}

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
    comma = list.find(',', start);
    parts.push_back(list.substr(start, comma == std::string::npos ? comma : comma - start));
  }
  return parts;
}

void Append(std::string& list, const std::string& part, bool& first) {
  if (!first) list.push_back(',');
  first = false;
  list += part;
}

// libpq would resolve names with a blocking call: give it addresses, one entry for each address of each host.
Task<> ResolveHosts(std::map<std::string, std::string>& settings) {
  const auto host = settings.find("host");
  if (host == settings.end() || host->second.empty() || settings.contains("hostaddr")) co_return;
  const auto hosts = Split(host->second);
  auto ports = Split(settings.contains("port") ? settings["port"] : "5432");
  if (ports.size() != 1 && ports.size() != hosts.size()) co_return;  // libpq says what is wrong
  ports.resize(hosts.size(), ports.front());

  std::string host_list;
  std::string address_list;
  std::string port_list;
  bool first_host = true;
  bool first_address = true;
  bool first_port = true;
  boost::asio::ip::tcp::resolver resolver(co_await boost::asio::this_coro::executor);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    std::vector<std::string> addresses;
    boost::system::error_code not_numeric;
    boost::asio::ip::make_address(hosts[i], not_numeric);
    if (hosts[i].empty() || hosts[i].starts_with('/') || hosts[i].starts_with('@')) {
      addresses.emplace_back();  // a unix socket
    } else if (!not_numeric) {
      addresses.push_back(hosts[i]);
    } else {
      boost::system::error_code error;
      const auto found = co_await resolver.async_resolve(
          hosts[i], "", boost::asio::redirect_error(boost::asio::use_awaitable, error));
      for (const auto& entry : found) {
        const auto address = entry.endpoint().address().to_string();
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
          addresses.push_back(address);
      }
    }
    for (const auto& address : addresses) {
      Append(host_list, hosts[i], first_host);
      Append(address_list, address, first_address);
      Append(port_list, ports[i], first_port);
    }
  }
  if (first_host) throw Unavailable("no address found for PostgreSQL at " + host->second);
  settings["host"] = host_list;
  settings["port"] = port_list;
  if (address_list.find_first_not_of(',') != std::string::npos) settings["hostaddr"] = address_list;
}

void PutSession(std::map<std::string, std::string>& settings, SessionOptions session) {
  auto& options = settings["options"];
  options += " -c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c bytea_output=hex";
  // Plans are made once per connection, often while a table is still empty and a scan of it looks cheapest; a
  // service's statements all have an index to go by.
  options += " -c enable_seqscan=off";
  options += " -c statement_timeout=" + std::to_string(session.statement_timeout.count());
  options += " -c lock_timeout=" + std::to_string(session.lock_timeout.count());
  settings["client_encoding"] = "UTF8";
  settings.emplace("application_name", "marketplace");
  // Finds a dead peer that sends nothing: about ten seconds.
  settings.emplace("keepalives_idle", "5");
  settings.emplace("keepalives_interval", "2");
  settings.emplace("keepalives_count", "3");
  settings.emplace("tcp_user_timeout", "10000");
}

}  // namespace

Task<bool> WaitForSocket(int socket, Wait what, runtime::Deadline deadline) {
  const auto executor = co_await boost::asio::this_coro::executor;
  // Shared with the timer's handler, which may be on its way when the wait is over.
  const auto watch = std::make_shared<SocketWatch>(executor, socket);
  boost::asio::steady_timer timer(executor, deadline);
  bool late = false;
  if (deadline != runtime::kNoDeadline) {
    timer.async_wait([watch, &late](const boost::system::error_code& error) {
      if (error || !(*watch)->is_open()) return;
      late = true;
      (*watch)->cancel();
    });
  }
  try {
    co_await (*watch)->async_wait(what, boost::asio::use_awaitable);
  } catch (const boost::system::system_error&) {
    watch->Release();
    if (!late) throw;
  }
  watch->Release();
  co_return !late;
}

std::string ErrorText(const PGconn* connection) {
  std::string text = PQerrorMessage(connection);
  std::erase(text, '\t');
  while (text.ends_with('\n')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

Task<ConnectionPtr> Connect(const std::string& conninfo, SessionOptions session, runtime::Deadline deadline) {
  auto settings = Parse(conninfo);
  co_await ResolveHosts(settings);
  PutSession(settings, session);
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);

  ConnectionPtr connection(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (connection == nullptr) throw Unavailable("out of memory for a PostgreSQL connection");
  PQsetNoticeReceiver(connection.get(), IgnoreNotice, nullptr);
  auto status = PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
    const auto what = status == PGRES_POLLING_READING ? Wait::wait_read : Wait::wait_write;
    if (!co_await WaitForSocket(PQsocket(connection.get()), what, deadline)) {
      throw Unavailable("PostgreSQL did not answer in time");
    }
    status = PQconnectPoll(connection.get());
  }
  if (status != PGRES_POLLING_OK || PQsetnonblocking(connection.get(), 1) != 0) {
    throw Unavailable(ErrorText(connection.get()));
  }
  co_return connection;
}

}  // namespace market::postgres::internal
