/** Where generated tests begin: the same each time, so that what failed once fails again. Long runs elsewhere
 *  (`npm run fuzz`) take other seeds; `SPFWARDEN_SEED` sets one here. */
export const SEED = Number(process.env['SPFWARDEN_SEED'] ?? 7208);
