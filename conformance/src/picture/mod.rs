//! What is around that which a failure is about, drawn from the shadow.
//!
//! Of an allocator, that is a [`heap`] map; of a collector, the [`graph`] of objects. A graph is a value
//! without a form: the printers of reports make text and drawings of it.

pub mod graph;
pub mod heap;

use graph::Graph;

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Picture {
    /// There is nothing to draw.
    #[default]
    Nothing,
    /// Text.
    Text(String),
    /// Objects and what holds them.
    Graph(Box<Graph>),
}

impl Picture {
    /// The graph, if it is one.
    pub fn graph(&self) -> Option<&Graph> {
        match self {
            Picture::Graph(graph) => Some(graph),
            Picture::Nothing | Picture::Text(_) => None,
        }
    }
}
