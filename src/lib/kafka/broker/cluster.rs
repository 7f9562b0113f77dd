//! The broker's picture of the cluster: one image, changed as a whole, and whoever waits for the
//! next.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use crate::kafka::metadata::Image;

/// The cell that holds the image.
#[derive(Debug)]
pub struct Cluster {
    image: RwLock<Arc<Image>>,
    changes: watch::Sender<u64>,
}

impl Default for Cluster {
    fn default() -> Self {
        Cluster { image: RwLock::new(Arc::new(Image::empty())), changes: watch::Sender::new(0) }
    }
}

impl Cluster {
    /// The picture as it is now.
    pub fn image(&self) -> Arc<Image> {
        self.image.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ids of the brokers that live.
    pub fn live(&self) -> Vec<i32> {
        self.image().brokers.keys().copied().collect()
    }

    /// Changes the picture, and tells who waits. Whoever holds the present one keeps it as it is.
    pub fn update(&self, change: impl FnOnce(&mut Image)) {
        let mut image = self.image.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut image));
        drop(image);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Waits until the picture is as `wanted`; the owner of a deadline puts it around this.
    pub async fn wait_for(&self, wanted: impl Fn(&Image) -> bool) {
        let mut changes = self.changes.subscribe();
        while !wanted(&self.image()) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
