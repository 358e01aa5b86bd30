/** Hands the parcels to a carrier. Pigeon Post's interface needs some patience: it fails twice for every order. */
import { record } from "./lib/ledger.mjs";

class CarrierUnavailable extends Error {
  name = "CarrierUnavailable";
}
class AddressUnknown extends Error {
  name = "AddressUnknown";
}

export const handler = async ({ orderId, carrier, address, parcels, attempt }) => {
  if (address.zip === "00000") throw new AddressUnknown(`${carrier} does not deliver to ${address.city}`);
  if (carrier === "pigeon-post" && attempt < 2) throw new CarrierUnavailable("503 no pigeon available");
  await record("ship", { orderId, carrier });
  const boxes = parcels.reduce((sum, parcel) => sum + parcel.boxes, 0);
  return { carrier, tracking: `${carrier}/${orderId}`, boxes };
};
