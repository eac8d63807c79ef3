// What tests of the Kafka producer stand on: librdkafka's mock broker, a reader of what it holds, and brokers
// that are dead or frozen.
#pragma once
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace market::kafka::testing {

struct Record {
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

class MockBroker {
 public:
  MockBroker() {
    std::array<char, 256> error{};
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, Quiet(), error.data(), error.size());
    if (handle_ == nullptr) throw std::runtime_error(error.data());
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    rd_kafka_mock_topic_create(cluster_, "logs", 4, 1);
  }
  ~MockBroker() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;

  std::string Address() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  // The next answers to produce requests are these errors.
  void FailProduce(std::initializer_list<rd_kafka_resp_err_t> errors) {
    constexpr std::int16_t kProduceRequest = 0;
    for (const auto error : errors) {
      rd_kafka_mock_push_request_errors(cluster_, kProduceRequest, 1, error);
    }
  }
  // Answers come this late: longer than a test, and the broker is frozen with requests under way.
  void DelayAnswers(std::chrono::milliseconds delay) {
    rd_kafka_mock_broker_set_rtt(cluster_, 1, static_cast<int>(delay.count()));
  }
  void GoDown() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void ComeUp() { rd_kafka_mock_broker_set_up(cluster_, 1); }

  // Reads topic "logs" from its beginning until `count` records have come or nothing does for 20 s.
  std::vector<Record> Read(std::size_t count) const {
    rd_kafka_conf_t* conf = Quiet();
    std::array<char, 256> error{};
    rd_kafka_conf_set(conf, "bootstrap.servers", Address().c_str(), error.data(), error.size());
    rd_kafka_conf_set(conf, "group.id", "reader", error.data(), error.size());
    rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error.data(), error.size());
    if (consumer == nullptr) throw std::runtime_error(error.data());
    rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(4);
    for (int p = 0; p < 4; ++p) {
      rd_kafka_topic_partition_list_add(partitions, "logs", p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(consumer, partitions);
    rd_kafka_topic_partition_list_destroy(partitions);
    std::vector<Record> records;
    while (records.size() < count) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 20'000);
      if (message == nullptr) break;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(ToRecord(*message));
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return records;
  }

 private:
  static rd_kafka_conf_t* Quiet() {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    return conf;
  }
  static Record ToRecord(const rd_kafka_message_t& message) {
    Record record;
    record.key.assign(static_cast<const char*>(message.key), message.key_len);
    record.value.assign(static_cast<const char*>(message.payload), message.len);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      std::size_t size = 0;
      for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i) {
        record.headers[name] = std::string(static_cast<const char*>(value), size);
      }
    }
    return record;
  }

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

// A listening socket. Alive, the kernel accepts and nobody ever answers; gone, its port refuses.
class FrozenBroker {
 public:
  std::string Address() const { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
};

inline std::string DeadAddress() { return FrozenBroker().Address(); }

template <class Condition>
bool Eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace market::kafka::testing
