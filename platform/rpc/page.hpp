// One page of a list, cut where the contract says: at `pageSize` rows or at kPageBytes, whichever comes first.
//
//   const auto orders = … at most size + 1 of them …;
//   const auto kept = rpc::FillPage(*response.mutable_orders(), size, orders, ToProto);
//   if (kept < orders.size()) response.set_next_page_token(pages.Encode(filter, orders[kept - 1].id));
//
// Every answer fits that way: an answer of a service is refused above 4 MiB (gRPC), and a page never comes
// near it. Pure; any thread.
#pragma once
#include <google/protobuf/repeated_ptr_field.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace market::rpc {

// In the wire form; JSON has the names of the fields besides.
inline constexpr std::size_t kPageBytes = 1 << 20;

// Puts `rows`, each as `convert` makes it, into `page`, and says how many of them found room. A row that is
// larger than a page comes by itself: a list never stops before its end.
template <class Item, class Row, class Convert>
std::size_t FillPage(google::protobuf::RepeatedPtrField<Item>& page, int size, std::vector<Row>& rows,
                     Convert convert) {
  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (auto& row : rows) {
    if (kept == static_cast<std::size_t>(size)) break;
    Item item = convert(row);
    bytes += item.ByteSizeLong();
    if (kept > 0 && bytes > kPageBytes) break;
    *page.Add() = std::move(item);
    ++kept;
  }
  return kept;
}

}  // namespace market::rpc
