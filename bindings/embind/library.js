// The JavaScript half of Embind for what is bound here: functions of u32 and double, each of them once.
// Emscripten's own carries classes, overloads, conversions and the errors of all that: more than half
// of the glue.
addToLibrary({
  // A letter of the signature for each type, the result's first: d is a double, v nothing; the others
  // are u32, which wasm hands over as i32.
  _embind_register_function: (name, _n, _types, signature, invoker, target, _async, _nonnull) => {
    const call = wasmTable.get(invoker);
    Module[AsciiToString(name)] =
      HEAPU8[signature] === 'd'.charCodeAt(0)
        ? (...args) => call(target, ...args)
        : (...args) => call(target, ...args) >>> 0;
  },
  _embind_register_function__deps: ['$AsciiToString', '$wasmTable'],
});
