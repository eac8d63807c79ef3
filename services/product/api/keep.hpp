// Takes out of a list of the contract what `stays` is false of. Pure.
#pragma once
#include <google/protobuf/repeated_ptr_field.h>

#include <algorithm>

namespace market::product {

template <class Item, class Stays>
void Keep(google::protobuf::RepeatedPtrField<Item>& items, Stays stays) {
  const auto gone =
      std::remove_if(items.begin(), items.end(), [&](const Item& item) { return !stays(item); });
  items.erase(gone, items.end());
}

}  // namespace market::product
