//! A run and what it must come to, on every machine.

/// The seed of the run.
pub const SEED: u64 = 2021;

/// Lines that use every kind of draw: pools, scales both ways, failures, stops, deletions.
pub const SCRIPT: &str = "\
az aks nodepool add -g rg --cluster-name c -n one -c 40 --scale-down-mode Deallocate --zones 1 2 3 -o none
az aks nodepool add -g rg --cluster-name c -n two -c 7 -o none --no-wait
az aks nodepool scale -g rg --cluster-name c -n one -c 9 -o none
sim fail-allocations 2
az aks nodepool scale -g rg --cluster-name c -n one -c 60 -o none
az aks nodepool stop -g rg --cluster-name c -n two -o none
wait 90s
az aks nodepool start -g rg --cluster-name c -n two --no-wait
wait 31s
az aks nodepool update -g rg --cluster-name c -n one --scale-down-mode Delete -o none
az aks nodepool delete -g rg --cluster-name c -n two --no-wait
wait 4s
";

/// The simulated time at the end.
pub const NOW_MS: u64 = 914_976;

/// The fingerprint of the cloud at the end. It also changes when the state gains a field; the native
/// test then tells the new one.
pub const FINGERPRINT: u64 = 8_037_279_119_611_819_646;
