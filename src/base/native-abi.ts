// The version of what passes between the engine and its native addon: functions, and the layout of plans.
// Owns: the number on this side; the addon's own stands in native/plan.h.

/** An addon of another version is not used. */
export const NATIVE_ABI = 9;
