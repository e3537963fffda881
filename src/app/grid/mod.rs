//! The picture: every node one cell, painted on a canvas from a snapshot.

pub mod layout;
pub mod motion;
pub mod paint;
pub mod shapes;

#[cfg(test)]
mod sample {
    use scale_down_engine::PoolId;
    use scale_down_session::{Session, SessionOptions};

    /// Returns the ids of `count` pools, for tests: only the engine makes ids.
    pub(super) fn pools(count: usize) -> Vec<PoolId> {
        let mut session = Session::new(SessionOptions::default());
        session.submit("sim cluster rg/one");
        for place in 0..count {
            session.submit(&format!("az aks nodepool add -g rg --cluster-name one -n pool{place} -c 0"));
        }
        session.advance_until_idle();
        let clusters = session.snapshot().clusters;
        clusters.iter().flat_map(|cluster| &cluster.pools).map(|pool| pool.id).collect()
    }
}
