//! The JavaScript package as a browser runs it: compiled to wasm, in a real Chromium.
//!
//! What the engine computes is tested natively; here is what only a browser can show: that the
//! module loads, that values cross the boundary, and that wasm computes what a native build does.
#![cfg(target_arch = "wasm32")]
// Clippy does not take a `wasm_bindgen_test` for a test.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

#[path = "support/determinism.rs"]
mod determinism;

use determinism::{FINGERPRINT, NOW_MS, SCRIPT, SEED};
use js_sys::{Array, Reflect};
use scale_down::session::{Session, SessionOptions};
use scale_down_js::Simulator;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn a_command_runs_and_its_result_is_a_plain_object() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let result = simulator.exec("az group list --output json".into()).unwrap();
    assert_eq!(field(&result, "exitCode"), 0);
    assert!(field(&result, "stdout").is_string());
}

#[wasm_bindgen_test]
fn a_line_that_no_command_understands_is_a_result_and_no_exception() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let result = simulator.exec("az aks nodepool ad".into()).unwrap();
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

#[wasm_bindgen_test]
fn wasm_comes_to_the_state_that_a_native_run_comes_to() {
    let mut session = Session::new(SessionOptions { seed: Some(SEED), ..SessionOptions::default() });
    session.submit(SCRIPT);
    session.advance_until_answered();
    assert_eq!((session.now_ms(), session.cloud().fingerprint()), (NOW_MS, FINGERPRINT));
}

#[wasm_bindgen_test]
fn the_document_freezes_45_nodes_and_a_link_brings_them_back() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let cluster = "--node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup";
    simulator
        .exec(format!("az aks nodepool add --node-count 50 --scale-down-policy deallocate {cluster}").into())
        .unwrap();
    simulator.exec(format!("az aks nodepool update --node-count 5 {cluster} --no-wait").into()).unwrap();
    simulator.exec("wait --until idle".into()).unwrap();
    let check = |simulator: &Simulator| {
        let snapshot = simulator.snapshot().unwrap();
        let counts = field(&snapshot, "nodesByState");
        assert_eq!((field(&counts, "ready"), field(&counts, "deallocated")), (5.into(), 45.into()));
        let pools: Array = field(&snapshot, "pools").unchecked_into();
        let nodes: Array = field(&pools.get(0), "nodes").unchecked_into();
        assert_eq!(nodes.length(), 50);
    };
    check(&simulator);
    let copy = Simulator::new(JsValue::UNDEFINED).unwrap();
    copy.load(simulator.share().unwrap().into()).unwrap();
    check(&copy);
    assert_eq!(copy.now_ms(), simulator.now_ms());
    let events: Array = simulator.events(JsValue::UNDEFINED).unwrap().unchecked_into();
    assert!(events.length() > 400);
    assert!(simulator.undo() && simulator.undo());
    assert_eq!(field(&field(&simulator.snapshot().unwrap(), "nodesByState"), "ready"), 50);
}

#[wasm_bindgen_test]
fn an_option_that_does_not_exist_is_an_error_with_a_code() {
    let options = js_sys::Object::new();
    Reflect::set(&options, &"sed".into(), &1.into()).unwrap();
    let error = Simulator::new(options.into()).err().unwrap();
    assert_eq!(field(&error, "code"), "invalid_argument");
}

#[wasm_bindgen_test]
fn a_damaged_link_and_a_wrong_world_are_errors_with_a_code() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    let error = simulator.load("#s1:////".into()).err().unwrap();
    assert_eq!(field(&error, "code"), "invalid_link");
    let options = js_sys::Object::new();
    Reflect::set(&options, &"world".into(), &js_sys::Object::new()).unwrap();
    let error = Simulator::new(options.into()).err().unwrap();
    assert_eq!(field(&error, "code"), "invalid_world");
}

#[wasm_bindgen_test]
fn completion_names_what_exists() {
    let simulator = Simulator::new(JsValue::UNDEFINED).unwrap();
    simulator.exec("sim cluster rg/name".into()).unwrap();
    let completion = simulator.complete("az aks show -g r".into(), JsValue::UNDEFINED).unwrap();
    let candidates: Array = field(&completion, "candidates").unchecked_into();
    assert_eq!(field(&candidates.get(0), "text"), "rg");
}
