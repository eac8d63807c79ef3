#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/transcoding/json_reader.hpp"
#include "gateway/transcoding/json_writer.hpp"
#include "gateway/transcoding/testing/random_message.hpp"
#include "marketplace/order/v1/order.pb.h"
#include "marketplace/product/v1/product.pb.h"

namespace market::transcoding {
namespace {

using google::protobuf::util::MessageDifferencer;
namespace product = marketplace::product::v1;
namespace order = marketplace::order::v1;

std::string Write(const Message& message) {
  Schemas schemas;
  std::string out;
  EXPECT_TRUE(WriteJson(schemas.Add(message.GetDescriptor()), message.SerializeAsString(), out));
  return out;
}

// Reads and throws what was wrong, all of it.
void Read(std::string_view text, Message& message, std::uint64_t elsewhere = 0) {
  Schemas schemas;
  schemas.Add(message.GetDescriptor());
  Violations violations;
  JsonReader(schemas).Read(text, message, elsewhere, violations);
  violations.ThrowIfAny();
}

// "REASON field:REASON field:REASON", or "" when `text` was accepted.
std::string RefusalOf(std::string_view text, Message& message) {
  try {
    Read(text, message);
  } catch (const Error& error) {
    std::string summary = error.reason;
    for (const auto& field : error.fields) summary += " " + field.field + ":" + field.reason;
    return summary;
  }
  return "";
}

TEST(JsonWriter, Product_IsWrittenByTheRules) {
  product::Product message;
  message.set_id("p1");
  message.set_title("Engine \"No 2\"");
  message.set_state(product::Product::PUBLISHED);
  (*message.mutable_attributes())["b"] = "2";
  (*message.mutable_attributes())["a"] = "1";
  auto& offer = *message.add_offers();
  offer.mutable_price()->set_amount(1999);
  offer.mutable_price()->set_currency("EUR");
  message.mutable_create_time()->set_seconds(1795514400);
  EXPECT_EQ(
      Write(message),
      R"({"id":"p1","sellerId":"","title":"Engine \"No 2\"","categoryId":"","attributes":{"a":"1","b":"2"},)"
      R"("pictures":[],"state":"PUBLISHED","offers":[{"id":"","productId":"","sellerId":"","sku":"","options":{},)"
      R"("price":{"amount":1999,"currency":"EUR"},"available":0,"etag":"","prices":[]}],)"
      R"("createTime":"2026-11-24T10:00:00Z","etag":"","language":"","languages":[],"textLanguage":""})");
  message.set_description("");  // optional, and empty
  EXPECT_EQ(Write(message).find("description"), std::string::npos);
}

TEST(JsonWriter, EmptyMessages_AreObjects) {
  EXPECT_EQ(Write(google::protobuf::Empty()), "{}");
  EXPECT_EQ(Write(product::ListCategoriesResponse()), R"({"categories":[],"etag":""})");
}

TEST(JsonWriter, RandomMessages_AreReadBackByProtobufAndByUs) {
  EveryKind every;
  RandomFill fill(1);
  const auto check = [&](const Message& message) {
    const std::string text = Write(message);
    std::unique_ptr<Message> theirs(message.New());
    const auto status = google::protobuf::util::JsonStringToMessage(text, theirs.get());
    // Their parser goes through another pool than the dynamic message's for its types,
    // so it is asked about ours only.
    ASSERT_TRUE(status.ok()) << status.ToString() << "\n" << text;
    ASSERT_TRUE(MessageDifferencer::Equals(message, *theirs)) << text << "\n" << theirs->DebugString();
    std::unique_ptr<Message> ours(message.New());
    ASSERT_EQ(RefusalOf(text, *ours), "") << text;
    ASSERT_TRUE(MessageDifferencer::Equals(message, *ours)) << text << "\n" << ours->DebugString();
  };
  for (int i = 0; i < 200; ++i) {
    product::Product a;
    order::Order b;
    order::PlaceOrderRequest c;
    for (Message* message :
         {static_cast<Message*>(&a), static_cast<Message*>(&b), static_cast<Message*>(&c)}) {
      fill.Fill(*message, 3);
      check(*message);
    }
    const auto d = every.New();
    fill.Fill(*d, 2);
    check(*d);
  }
}

// What protobuf's mapping takes and ours does not. Everything else that we take,
// it takes with the same result.
TEST(JsonReader, MutatedTexts_AcceptedOnlyAsProtobufReadsThem) {
  RandomFill fill(2);
  std::mt19937 random(5);
  const std::string alphabet = "{}[]:,\"\\0123456789.eE+-tfn ux\xc3\xa9\xed\xa0/*'";
  int accepted = 0;
  for (int i = 0; i < 15000; ++i) {
    order::PlaceOrderRequest request;
    fill.Fill(request, 2);
    std::string text = Write(request);
    for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text.erase(at, 1 + random() % 4);
          break;
        case 1:
          text.insert(at, 1, alphabet[random() % alphabet.size()]);
          break;
        case 2:
          text[at] = alphabet[random() % alphabet.size()];
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 12));
          break;
      }
      if (text.empty()) text = "{}";
    }
    order::PlaceOrderRequest ours;
    if (!RefusalOf(text, ours).empty()) continue;
    ++accepted;
    order::PlaceOrderRequest theirs;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text, &theirs).ok()) << text;
    ASSERT_TRUE(MessageDifferencer::Equals(ours, theirs)) << text;
  }
  EXPECT_GT(accepted, 500);
}

TEST(JsonReader, SeenFields_AreReported) {
  Schemas schemas;
  const auto& schema = schemas.Add(product::OfferChange::descriptor());
  Violations violations;
  product::OfferChange message;
  const auto seen = JsonReader(schemas).Read(R"( { "price" : {"amount":5} } )", message, 0, violations);
  EXPECT_EQ(seen, schema.Find("price")->bit);
  EXPECT_TRUE(violations.Empty());
}

TEST(JsonReader, FieldFromElsewhere_IsUnknownInTheBody) {
  Schemas schemas;
  const auto& schema = schemas.Add(product::AdjustStockRequest::descriptor());
  Violations violations;
  product::AdjustStockRequest message;
  JsonReader(schemas).Read(R"({"offerId":"x","delta":1})", message, schema.Find("offerId")->bit, violations);
  EXPECT_FALSE(violations.Empty());
  EXPECT_EQ(message.offer_id(), "");
  EXPECT_EQ(message.delta(), 1);
}

struct Case {
  std::string text;
  std::string refusal;
};

TEST(JsonReader, NotJson_IsMalformed) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += R"({"a":)";
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "{}}",
                                          "{}{}",
                                          "{} x",
                                          "{},",
                                          "[]",
                                          "[{}]",
                                          "1",
                                          "\"x\"",
                                          "true",
                                          "null",
                                          "nul",
                                          "{]",
                                          "\xef\xbb\xbf{}",
                                          "{\"quoteHash\"}",
                                          "{\"quoteHash\":}",
                                          "{\"quoteHash\":,}",
                                          "{\"quoteHash\" \"a\"}",
                                          "{\"quoteHash\":\"a\",}",
                                          "{,}",
                                          "{quoteHash:\"a\"}",
                                          "{'quoteHash':'a'}",
                                          "{\"quoteHash\":'a'}",
                                          "{\"quoteHash\":a}",
                                          "{\"quoteHash\":\"a}",
                                          "{\"quoteHash\":\"a\nb\"}",
                                          "{\"quoteHash\":\"a\tb\"}",
                                          std::string("{\"quoteHash\":\"a\0b\"}", 19),
                                          "{\"quoteHash\":\"\\x41\"}",
                                          "{\"quoteHash\":\"\\u12\"}",
                                          "{\"quoteHash\":\"\\u12g4\"}",
                                          "{\"quoteHash\":\"\\\"}",
                                          "{\"quoteHash\":\"\\ud800\"}",
                                          "{\"quoteHash\":\"\\udc00\"}",
                                          "{\"quoteHash\":\"\\ud800\\u0041\"}",
                                          "{\"quoteHash\":\"\\ud800x\"}",
                                          "{\"quoteHash\":\"\\ud800\\ud800\"}",
                                          "{\"quoteHash\":\"\\U0041\"}",
                                          "{\"quoteHash\":\"\xff\"}",
                                          "{\"quoteHash\":\"\xc3\"}",
                                          "{\"quoteHash\":\"\xc3\x28\"}",
                                          "{\"quoteHash\":\"\xc0\xaf\"}",
                                          "{\"quoteHash\":\"\xe0\x80\xaf\"}",
                                          "{\"quoteHash\":\"\xed\xa0\x80\"}",
                                          "{\"quoteHash\":\"\xf4\x90\x80\x80\"}",
                                          "{\"quoteHash\":\"\xf8\x88\x80\x80\x80\"}",
                                          "{\"\xff\":1}",
                                          "{\"items\":[}",
                                          "{\"items\":[{]}",
                                          "{\"items\":[,]}",
                                          "{\"items\":[{},]}",
                                          "{\"items\":[{} {}]}",
                                          "{\"items\":[{\"quantity\":01}]}",
                                          "{\"items\":[{\"quantity\":+1}]}",
                                          "{\"items\":[{\"quantity\":.5}]}",
                                          "{\"items\":[{\"quantity\":1.}]}",
                                          "{\"items\":[{\"quantity\":1e}]}",
                                          "{\"items\":[{\"quantity\":-}]}",
                                          "{\"items\":[{\"quantity\":0x1}]}",
                                          "{\"items\":[{\"quantity\":1_0}]}",
                                          "{\"items\":[{\"quantity\":NaN}]}",
                                          "{\"items\":[{\"quantity\":Infinity}]}",
                                          "{\"items\":[{\"quantity\":-Infinity}]}",
                                          "{\"items\":[{\"quantity\":1 2}]}",
                                          "{\"items\":[{\"quantity\":--1}]}",
                                          "{/**/}",
                                          "// x\n{}",
                                          "{}//",
                                          std::string("{} \0", 4),
                                          "{\"quoteHash\":True}",
                                          "{\"quoteHash\":TRUE}",
                                          "{\"quoteHash\":undefined}",
                                          "{\"quoteHash\":\"a\" \"b\"}",
                                          std::string("\xff\xfe{\0}\0", 6),
                                          "{\"quoteHash\":\"a\"}\x01",
                                          "{\"quoteHash\"=\"a\"}",
                                          "quoteHash=a",
                                          "<x/>",
                                          "{\v}",
                                          "{\xc2\xa0}",
                                          deep,
                                          std::string(5000, '['),
                                          std::string(60000, '{'),
                                          "{\"items\":" + std::string(40, '[') + std::string(40, ']') + "}",
                                          "{\"quoteHash\":\"a\",\"quoteHash\":\"a\"}",
                                          "{\"items\":[],\"items\":[]}",
                                          "{\"items\":[{\"quantity\":1,\"quantity\":1}]}",
                                          "{\"quoteHash\":\"a\",\"\\u0071uoteHash\":\"b\"}"};
  for (const std::string& text : texts) {
    order::PlaceOrderRequest message;
    EXPECT_EQ(RefusalOf(text, message), "MALFORMED_JSON") << text.substr(0, 80);
  }
}

TEST(JsonReader, WrongFields_AreNamed) {
  const std::vector<Case> cases = {
      {R"({"x":1})", "UNKNOWN_FIELD x:UNKNOWN_FIELD"},
      {R"({"x":{"y":[{"z":null}]},"w":[]})", "UNKNOWN_FIELD x:UNKNOWN_FIELD w:UNKNOWN_FIELD"},
      {R"({"":1})", "UNKNOWN_FIELD :UNKNOWN_FIELD"},
      {R"({"quote_hash":"a"})", "UNKNOWN_FIELD quote_hash:UNKNOWN_FIELD"},
      {R"({"QuoteHash":"a"})", "UNKNOWN_FIELD QuoteHash:UNKNOWN_FIELD"},
      {R"({"quoteHash ":"a"})", "UNKNOWN_FIELD quoteHash :UNKNOWN_FIELD"},
      {R"({"__proto__":{}})", "UNKNOWN_FIELD __proto__:UNKNOWN_FIELD"},
      {R"({"quoteHash":null})", "INVALID_ARGUMENT quoteHash:NULL"},
      {R"({"items":null})", "INVALID_ARGUMENT items:WRONG_TYPE"},
      {R"({"items":[null]})", "INVALID_ARGUMENT items[0]:NULL"},
      {R"({"quoteHash":1})", "INVALID_ARGUMENT quoteHash:WRONG_TYPE"},
      {R"({"quoteHash":true})", "INVALID_ARGUMENT quoteHash:WRONG_TYPE"},
      {R"({"quoteHash":[]})", "INVALID_ARGUMENT quoteHash:WRONG_TYPE"},
      {R"({"quoteHash":["a"]})", "INVALID_ARGUMENT quoteHash:WRONG_TYPE"},
      {R"({"quoteHash":{}})", "INVALID_ARGUMENT quoteHash:WRONG_TYPE"},
      {R"({"items":{}})", "INVALID_ARGUMENT items:WRONG_TYPE"},
      {R"({"items":"x"})", "INVALID_ARGUMENT items:WRONG_TYPE"},
      {R"({"items":1})", "INVALID_ARGUMENT items:WRONG_TYPE"},
      {R"({"items":[1]})", "INVALID_ARGUMENT items[0]:WRONG_TYPE"},
      {R"({"items":[[]]})", "INVALID_ARGUMENT items[0]:WRONG_TYPE"},
      {R"({"items":[{},{"x":1}]})", "UNKNOWN_FIELD items[1].x:UNKNOWN_FIELD"},
      {R"({"items":[{"quantity":"5"}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
      {R"({"items":[{"quantity":1.5}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
      {R"({"items":[{"quantity":1e-1}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
      {R"({"items":[{"quantity":true}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
      {R"({"items":[{"quantity":9007199254740992}]})", "INVALID_ARGUMENT items[0].quantity:OUT_OF_RANGE"},
      {R"({"items":[{"quantity":9223372036854775808}]})", "INVALID_ARGUMENT items[0].quantity:OUT_OF_RANGE"},
      {R"({"items":[{"quantity":18446744073709551616}]})", "INVALID_ARGUMENT items[0].quantity:OUT_OF_RANGE"},
      {R"({"items":[{"quantity":-9223372036854775809}]})", "INVALID_ARGUMENT items[0].quantity:OUT_OF_RANGE"},
      {R"({"items":[{"quantity":1e300}]})", "INVALID_ARGUMENT items[0].quantity:OUT_OF_RANGE"},
      {R"({"items":[{"quantity":{"low":1,"high":0}}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
      {R"({"items":[{"offerId":5},{"quantity":"x","y":[1,{"z":2}]}],"v":1})",
       "INVALID_ARGUMENT items[0].offerId:WRONG_TYPE items[1].quantity:WRONG_TYPE items[1].y:UNKNOWN_FIELD "
       "v:UNKNOWN_FIELD"},
  };
  for (const auto& [text, refusal] : cases) {
    order::PlaceOrderRequest message;
    EXPECT_EQ(RefusalOf(text, message), refusal) << text;
  }
}

TEST(JsonReader, EveryKind_RefusesWhatItIsNot) {
  EveryKind every;
  const std::vector<Case> cases = {
      {R"({"myBool":"true"})", "INVALID_ARGUMENT myBool:WRONG_TYPE"},
      {R"({"myBool":1})", "INVALID_ARGUMENT myBool:WRONG_TYPE"},
      {R"({"myInt32":2147483648})", "INVALID_ARGUMENT myInt32:OUT_OF_RANGE"},
      {R"({"myInt32":-2147483649})", "INVALID_ARGUMENT myInt32:OUT_OF_RANGE"},
      {R"({"myUint32":-1})", "INVALID_ARGUMENT myUint32:OUT_OF_RANGE"},
      {R"({"myUint32":4294967296})", "INVALID_ARGUMENT myUint32:OUT_OF_RANGE"},
      {R"({"myUint64":-1})", "INVALID_ARGUMENT myUint64:OUT_OF_RANGE"},
      {R"({"myFloat":1e39})", "INVALID_ARGUMENT myFloat:OUT_OF_RANGE"},
      {R"({"myDouble":1e400})", "INVALID_ARGUMENT myDouble:OUT_OF_RANGE"},
      {R"({"myDouble":"NaN"})", "INVALID_ARGUMENT myDouble:WRONG_TYPE"},
      {R"({"myColor":"GREEN"})", "INVALID_ARGUMENT myColor:UNKNOWN_VALUE"},
      {R"({"myColor":"red"})", "INVALID_ARGUMENT myColor:UNKNOWN_VALUE"},
      {R"({"myColor":""})", "INVALID_ARGUMENT myColor:UNKNOWN_VALUE"},
      {R"({"myColor":1})", "INVALID_ARGUMENT myColor:WRONG_TYPE"},
      {R"({"myTime":"yesterday"})", "INVALID_ARGUMENT myTime:MALFORMED"},
      {R"({"myTime":1795514400})", "INVALID_ARGUMENT myTime:WRONG_TYPE"},
      {R"({"myTime":{"seconds":1}})", "INVALID_ARGUMENT myTime:WRONG_TYPE"},
      {R"({"myMask":"a_b"})", "INVALID_ARGUMENT myMask:MALFORMED"},
      {R"({"myMask":["a"]})", "INVALID_ARGUMENT myMask:WRONG_TYPE"},
      {R"({"myBytes":"*"})", "INVALID_ARGUMENT myBytes:MALFORMED"},
      {R"({"texts":{"a":1}})", "INVALID_ARGUMENT texts.a:WRONG_TYPE"},
      {R"({"texts":{"a":null}})", "INVALID_ARGUMENT texts.a:NULL"},
      {R"({"texts":{"a":{}}})", "INVALID_ARGUMENT texts.a:WRONG_TYPE"},
      {R"({"texts":{"a":["b"]}})", "INVALID_ARGUMENT texts.a:WRONG_TYPE"},
      {R"({"texts":[]})", "INVALID_ARGUMENT texts:WRONG_TYPE"},
      {R"({"texts":"a"})", "INVALID_ARGUMENT texts:WRONG_TYPE"},
      {R"({"texts":{"a":"b","a":"c"}})", "MALFORMED_JSON"},
      {R"({"counts":{"a":"1"}})", "INVALID_ARGUMENT counts.a:WRONG_TYPE"},
      {R"({"manyInt64":[1,"2",3]})", "INVALID_ARGUMENT manyInt64[1]:WRONG_TYPE"},
      {R"({"manyEvery":[{"myEvery":{"manyInt32":[0,1.5]}}]})",
       "INVALID_ARGUMENT manyEvery[0].myEvery.manyInt32[1]:WRONG_TYPE"},
      {R"({"either":"a","other":1})", "INVALID_ARGUMENT other:CONFLICT"},
  };
  for (const auto& [text, refusal] : cases) {
    const auto message = every.New();
    EXPECT_EQ(RefusalOf(text, *message), refusal) << text;
  }
}

TEST(JsonReader, ManyMistakes_AreBounded) {
  std::string text = "{\"items\":[";
  for (int i = 0; i < 10000; ++i) text += "{\"x\":1},";
  text += "{}],\"" + std::string(500, 'y') + "\":1}";
  order::PlaceOrderRequest message;
  try {
    Read(text, message);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fields.size(), 20U);
  }
  std::string map = "{\"attributes\":{";
  for (int i = 0; i < 8000; ++i) map += "\"" + std::to_string(i) + "\":\"\",";
  map.back() = '}';
  product::CreateProductRequest create;
  EXPECT_EQ(RefusalOf(map + "}", create).substr(0, 47), "INVALID_ARGUMENT attributes:TOO_MANY_ITEMS attr");
}

TEST(Schemas, WhatHasNoJsonForm_IsRefusedAtStart) {
  Schemas schemas;
  EXPECT_THROW(schemas.Add(google::protobuf::FileDescriptorProto::descriptor()), std::logic_error);
}

}  // namespace
}  // namespace market::transcoding
