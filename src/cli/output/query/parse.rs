//! The parser of queries: from tokens to a tree, by top-down operator precedence.

use std::rc::Rc;

use super::node::Comparison;
use super::token::{Token, tokens};
use crate::output::datum::Node;

/// Deepest tree: reading and evaluating it recurse, and a page has a small stack.
const DEPTH_MAX: usize = 200;

/// The binding power of `*`.
const STAR: u8 = 20;
/// The binding power of `.`.
const DOT: u8 = 40;
/// Tokens that bind less than this end a projection.
const PROJECTION_END: u8 = 10;

/// Parses a query; `None` if the text is not one.
#[must_use]
pub fn parse(query: &str) -> Option<Node> {
    let mut tokens = tokens(query)?;
    tokens.reverse();
    let mut parser = Parser { tokens, depth: 0 };
    let node = parser.expression(0)?;
    matches!(parser.next(), Token::End).then_some(node)
}

/// A parser of tokens, which are in reverse order: the next one is the last.
struct Parser {
    tokens: Vec<Token>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.last().unwrap_or(&Token::End)
    }

    fn peek_second(&self) -> &Token {
        let mut tokens = self.tokens.iter().rev();
        tokens.nth(1).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        self.tokens.pop().unwrap_or(Token::End)
    }

    /// Takes the next token if it is of this kind.
    fn skip(&mut self, wanted: &Token) -> Option<()> {
        let is_wanted = std::mem::discriminant(self.peek()) == std::mem::discriminant(wanted);
        is_wanted.then(|| drop(self.next()))
    }

    fn expression(&mut self, power: u8) -> Option<Node> {
        let outer = self.depth;
        let mut left = {
            self.deepen()?;
            self.start()?
        };
        while power < binding_power(self.peek()) {
            self.deepen()?;
            left = self.extend(left)?;
        }
        self.depth = outer;
        Some(left)
    }

    /// Counts one more level, `None` beyond the limit: each step nests, or wraps the tree in one more node.
    fn deepen(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEPTH_MAX).then_some(())
    }

    /// Parses the start of an expression.
    fn start(&mut self) -> Option<Node> {
        let current = || Box::new(Node::Current);
        Some(match self.next() {
            Token::Literal(value) => Node::Literal(value),
            Token::Identifier(name) => Node::Field(name),
            Token::QuotedIdentifier(name) => {
                // A function's name has no quotes.
                if matches!(self.peek(), Token::LeftParenthesis) {
                    return None;
                }
                Node::Field(name)
            }
            Token::Current => Node::Current,
            Token::Star => {
                let is_last = matches!(self.peek(), Token::RightBracket);
                let right = if is_last { Node::Current } else { self.projected(STAR)? };
                Node::Values(current(), Box::new(right))
            }
            Token::Filter => self.filter(Node::Current)?,
            Token::Flatten => self.flatten(Node::Current)?,
            Token::LeftBrace => self.mapping()?,
            Token::LeftParenthesis => {
                let inner = self.expression(0)?;
                self.skip(&Token::RightParenthesis)?;
                inner
            }
            Token::Not => Node::Not(Box::new(self.expression(45)?)),
            Token::Reference => Node::Expression(Rc::new(self.expression(0)?)),
            Token::LeftBracket => match (self.peek(), self.peek_second()) {
                (Token::Number(_) | Token::Colon, _) => self.index(Node::Current)?,
                (Token::Star, Token::RightBracket) => self.items(Node::Current)?,
                _ => self.list()?,
            },
            _ => return None,
        })
    }

    /// Parses the next part of an expression, after `left`.
    fn extend(&mut self, left: Node) -> Option<Node> {
        let comparison = match self.next() {
            Token::Dot => {
                if self.skip(&Token::Star).is_some() {
                    let right = self.projected(DOT)?;
                    return Some(Node::Values(Box::new(left), Box::new(right)));
                }
                let right = self.after_dot(DOT)?;
                return Some(Node::Then(Box::new(left), Box::new(right)));
            }
            Token::Pipe => {
                let right = self.expression(1)?;
                return Some(Node::Then(Box::new(left), Box::new(right)));
            }
            Token::Or => {
                let right = self.expression(2)?;
                return Some(Node::Or(Box::new(left), Box::new(right)));
            }
            Token::And => {
                let right = self.expression(3)?;
                return Some(Node::And(Box::new(left), Box::new(right)));
            }
            Token::LeftParenthesis => return self.call(left),
            Token::Filter => return self.filter(left),
            Token::Flatten => return self.flatten(left),
            Token::LeftBracket => {
                return match self.peek() {
                    Token::Number(_) | Token::Colon => self.index(left),
                    _ => self.items(left),
                };
            }
            Token::Equal => Comparison::Equal,
            Token::NotEqual => Comparison::NotEqual,
            Token::Less => Comparison::Less,
            Token::LessOrEqual => Comparison::LessOrEqual,
            Token::Greater => Comparison::Greater,
            Token::GreaterOrEqual => Comparison::GreaterOrEqual,
            _ => return None,
        };
        let right = self.expression(5)?;
        Some(Node::Compare(comparison, Box::new(left), Box::new(right)))
    }

    /// Parses the part of a query that a projection evaluates for each item.
    fn projected(&mut self, power: u8) -> Option<Node> {
        match self.peek() {
            token if binding_power(token) < PROJECTION_END => Some(Node::Current),
            Token::LeftBracket | Token::Filter => self.expression(power),
            Token::Dot => {
                self.next();
                self.after_dot(power)
            }
            _ => None,
        }
    }

    fn after_dot(&mut self, power: u8) -> Option<Node> {
        match self.peek() {
            Token::Identifier(_) | Token::QuotedIdentifier(_) | Token::Star => self.expression(power),
            Token::LeftBracket => {
                self.next();
                self.list()
            }
            Token::LeftBrace => {
                self.next();
                self.mapping()
            }
            _ => None,
        }
    }

    /// Parses an index or a slice, after `[` and before a number or colon.
    fn index(&mut self, left: Node) -> Option<Node> {
        if !matches!(self.peek(), Token::Colon) && !matches!(self.peek_second(), Token::Colon) {
            let Token::Number(index) = self.next() else { return None };
            self.skip(&Token::RightBracket)?;
            return Some(Node::Index(Box::new(left), index));
        }
        let mut parts = [None; 3];
        let mut position = 0;
        loop {
            match self.next() {
                Token::RightBracket => break,
                Token::Colon if position < 2 => position += 1,
                Token::Number(number) => *parts.get_mut(position)? = Some(number),
                _ => return None,
            }
        }
        // Python's library joins a slice to an index before it and forgets to project.
        let is_joined = matches!(left, Node::Index(..) | Node::Slice(..));
        let slice = Node::Slice(Box::new(left), parts);
        if is_joined {
            return Some(slice);
        }
        let right = self.projected(STAR)?;
        Some(Node::Projection(Box::new(slice), Box::new(right)))
    }

    /// Parses `*]` after `[`.
    fn items(&mut self, left: Node) -> Option<Node> {
        self.skip(&Token::Star)?;
        self.skip(&Token::RightBracket)?;
        let right = self.projected(STAR)?;
        Some(Node::Projection(Box::new(left), Box::new(right)))
    }

    fn filter(&mut self, left: Node) -> Option<Node> {
        let condition = self.expression(0)?;
        self.skip(&Token::RightBracket)?;
        let right = match self.peek() {
            Token::Flatten => Node::Current,
            _ => self.projected(21)?,
        };
        Some(Node::Filter(Box::new(left), Box::new(right), Box::new(condition)))
    }

    fn flatten(&mut self, left: Node) -> Option<Node> {
        let right = self.projected(9)?;
        Some(Node::Projection(Box::new(Node::Flatten(Box::new(left))), Box::new(right)))
    }

    fn call(&mut self, left: Node) -> Option<Node> {
        let Node::Field(name) = left else { return None };
        let mut arguments = Vec::new();
        while self.skip(&Token::RightParenthesis).is_none() {
            arguments.push(self.expression(0)?);
            // A comma may be missing or the last, as in Python's library.
            self.skip(&Token::Comma);
        }
        Some(Node::Call(name, arguments))
    }

    fn list(&mut self) -> Option<Node> {
        let mut items = Vec::new();
        loop {
            items.push(self.expression(0)?);
            if self.skip(&Token::RightBracket).is_some() {
                return Some(Node::List(items));
            }
            self.skip(&Token::Comma)?;
        }
    }

    fn mapping(&mut self) -> Option<Node> {
        let mut entries = Vec::new();
        loop {
            let (Token::Identifier(key) | Token::QuotedIdentifier(key)) = self.next() else {
                return None;
            };
            self.skip(&Token::Colon)?;
            entries.push((key, self.expression(0)?));
            if self.skip(&Token::Comma).is_none() && self.skip(&Token::RightBrace).is_some() {
                return Some(Node::Mapping(entries));
            }
        }
    }
}

fn binding_power(token: &Token) -> u8 {
    match token {
        Token::Pipe => 1,
        Token::Or => 2,
        Token::And => 3,
        Token::Equal | Token::NotEqual | Token::Less | Token::LessOrEqual | Token::Greater | Token::GreaterOrEqual => 5,
        Token::Flatten => 9,
        Token::Star => STAR,
        Token::Filter => 21,
        Token::Dot => DOT,
        Token::Not => 45,
        Token::LeftBrace => 50,
        Token::LeftBracket => 55,
        Token::LeftParenthesis => 60,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_query() {
        for (query, is_query) in [
            ("[?count > `3`].name", true),
            ("[?count > 3].name", false),
            ("[?name == `plain`]", true),
            ("{a: b c: d}", true),
            ("{a: b,}", false),
            ("{'a': b}", false),
            ("length(a,)", true),
            ("\"length\"(a)", false),
            ("a[0][1:]", true),
            ("[1:2:3:4]", false),
            ("a.'b'", false),
            ("a-b", false),
            ("", false),
        ] {
            assert_eq!(parse(query).is_some(), is_query, "{query}");
        }
    }
}
