//! The JavaScript package as a browser runs it: compiled to wasm, in a real Chromium.
//!
//! What the engine computes is tested natively; here is what only a browser can show: that the
//! module loads, that values cross the boundary, and that wasm computes what a native build does.
#![cfg(target_arch = "wasm32")]

use js_sys::Reflect;
use scale_down::js::Simulator;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn a_command_runs_and_its_result_is_a_plain_object() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let result = simulator.exec("az group list --output json").unwrap();
    assert_eq!(field(&result, "exitCode"), 0);
    assert!(field(&result, "stdout").is_string());
}

#[wasm_bindgen_test]
fn a_line_that_no_command_understands_is_a_result_and_no_exception() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let result = simulator.exec("az aks nodepool ad").unwrap();
    assert_eq!(field(&result, "exitCode"), 2);
}

#[wasm_bindgen_test]
fn a_seed_that_is_no_whole_number_is_an_error_with_a_code() {
    let options = js_sys::Object::new();
    Reflect::set(&options, &"seed".into(), &0.5.into()).unwrap();
    let error = Simulator::new(options.into()).err().unwrap();
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(field(&error, "code"), "invalid_argument");
}
