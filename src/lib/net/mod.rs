//! Length-prefixed frames over TCP; both wires are this.
