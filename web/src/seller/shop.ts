import { queryOptions } from "@tanstack/preact-query";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { api, type Schemas } from "../api/client";
import { mine } from "./mine";
import { ownSeller } from "./own";
import type { pathsOf } from "./paths";
import { type Permission, ROLES } from "./permissions";

export type Seller = Schemas["Seller"];

export type Shop = {
  id: string;
  seller: Seller;
  role: string;
  may: (permission: Permission) => boolean;
  to: ReturnType<typeof pathsOf>;
};

export const OfShop = createContext<Shop | undefined>(undefined);

/** The shop that is worked on, and what who is signed in may do in it. */
export function useShop(): Shop {
  const shop = useContext(OfShop);
  if (!shop) throw new Error("no shop: <OfShop.Provider> is missing");
  return shop;
}

/** A shop, for a member with this role: who may change it sees it also before it is approved. */
export const sellerOf = (sellerId: string, role: string) =>
  queryOptions({
    queryKey: ["mine", "seller", sellerId],
    queryFn: () =>
      ROLES[role]?.includes("sellers.write")
        ? ownSeller(sellerId)
        : mine(() => api.GET("/v1/sellers/{sellerId}", { params: { path: { sellerId } } })),
  });
