//! The disks of a cluster's nodes: the images on them, present or on their way.
//!
//! A node pulls one image after the other, as the kubelet does by default. What it has pulled stays
//! on its disk, also while the machine is deallocated: that is what a start from the cache saves.

use super::agenda::{Agenda, Task};
use super::change_context::ChangeContext;
use crate::azure::fault::FaultKind;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::ground::table::Table;
use crate::kubernetes::{Image, Pod, PodSpec};

/// Speed at which a node pulls images, in bytes per second: 81 GB took about 12 minutes in the public
/// sample of large images (Maheshk-MSFT/AKS-scale-down-mode-for-large-image-caching).
pub const PULL_BYTES_PER_S: u64 = 110_000_000;

/// The images on the disk of a node, present or on their way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Disk {
    /// Images that are present, by their numbers.
    images: Vec<u32>,
    /// Images that are being pulled, in order.
    pulling: Vec<ImagePull>,
}

/// An image that a node pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ImagePull {
    image: u32,
    /// Time at which it was asked for, in milliseconds.
    since_ms: u64,
    /// Time at which the pull ends, in milliseconds.
    done_ms: u64,
}

/// The images that pods have asked for, by number, and those on the disk of each node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Disks {
    /// Every image that a pod has asked for; its index is its number.
    images: Vec<Image>,
    /// Images on the disks of nodes, whether the nodes run or not.
    by_node: Table<NodeId, Disk>,
}

impl Disks {
    /// Returns the numbers of a pod's images, and numbers those that are new; images of 0 bytes are
    /// left out.
    pub fn number(&mut self, spec: &PodSpec) -> Vec<u32> {
        let images = spec.init_containers.iter().chain(&spec.containers).map(|container| &container.image);
        let mut numbers = Vec::new();
        for image in images.filter(|image| image.size_bytes > 0) {
            let index = self.images.iter().position(|known| known == image).unwrap_or_else(|| {
                self.images.push(image.clone());
                self.images.len() - 1
            });
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// Returns the images, of those that are needed, that a node does not have.
    pub fn missing(&self, node: NodeId, needed: &[u32]) -> Vec<u32> {
        let present = self.by_node.get(node).map_or(&[][..], |disk| &disk.images);
        needed.iter().copied().filter(|image| !present.contains(image)).collect()
    }

    /// Returns the index of the first container of a pod that runs an image.
    pub fn container_of(&self, pod: &Pod, image: u32) -> Option<usize> {
        let image = known(self.images.get(image as usize), "an image that has a number")?;
        pod.spec.containers.iter().position(|container| container.image == *image)
    }

    /// Lets a node pull an image after those that it is pulling; returns `false` if it is among them.
    pub fn pull(&mut self, node: NodeId, image: u32, agenda: &mut Agenda, context: &mut ChangeContext<'_>) -> bool {
        let size_bytes = known(self.images.get(image as usize), "an image that has a number");
        let size_bytes = size_bytes.map_or(0, |image| image.size_bytes);
        let disk = self.by_node.entry(node);
        if disk.pulling.iter().any(|pull| pull.image == image) {
            return false;
        }
        let length_ms = size_bytes.saturating_mul(1000) / PULL_BYTES_PER_S;
        let factor = context.strike(FaultKind::SlowPull, node.pool).unwrap_or(1);
        let length_ms = length_ms.saturating_mul(factor.into());
        let begin_ms = disk.pulling.last().map_or(context.now_ms, |last| last.done_ms);
        let done_ms = begin_ms + length_ms;
        disk.pulling.push(ImagePull { image, since_ms: context.now_ms, done_ms });
        agenda.plan(done_ms - context.now_ms, Task::Pulled(node, image), context);
        true
    }

    /// Ends a pull: the image is present. Returns the time at which it was asked for, in milliseconds.
    pub fn on_pulled(&mut self, node: NodeId, image: u32) -> Option<u64> {
        let disk = known(self.by_node.get_mut(node), "the disk of a node that pulls")?;
        let index = known(disk.pulling.iter().position(|pull| pull.image == image), "an image that is pulled")?;
        disk.images.push(image);
        Some(disk.pulling.remove(index).since_ms)
    }

    /// Cancels every pull of a node whose machine stops: the images are not there, and are not waited
    /// for.
    pub fn stop_pulling(&mut self, node: NodeId, agenda: &mut Agenda, context: &mut ChangeContext<'_>) {
        // A node that has pulled nothing has no disk here.
        let pulling = self.by_node.get_mut(node).map(|disk| std::mem::take(&mut disk.pulling));
        for pull in pulling.into_iter().flatten() {
            agenda.unplan(pull.done_ms, Task::Pulled(node, pull.image), context);
        }
    }

    /// Removes the disk of a node.
    pub fn forget(&mut self, node: NodeId) {
        self.by_node.remove(node);
    }
}
